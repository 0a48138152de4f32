#include "api/metric_families.hpp"

#include <cmath>

namespace airtrain::api {

using prometheus::ClientMetric;
using prometheus::MetricType;

family_builder::family_builder(std::string_view name, MetricType type, std::string_view help) {
  family_.name = "airtrain_";
  family_.name += name;
  family_.help = help;
  family_.type = type;
}

ClientMetric& family_builder::sample(labels with) {
  auto& one = family_.metric.emplace_back();
  for (const auto& [name, value] : with)
    one.label.push_back({std::string{name}, std::string{value}});
  return one;
}

family_builder& family_builder::add(double value, labels with) {
  auto& one = sample(with);
  if (family_.type == MetricType::Counter) {
    one.counter.value = value;
  } else {
    one.gauge.value = value;
  }
  return *this;
}

family_builder& family_builder::add(const latency_histogram& samples, labels with) {
  constexpr std::size_t buckets_per_octave = 4;
  constexpr double shortest_seconds = 60e-6;
  constexpr double longest_seconds = 100'000;

  auto& histogram = sample(with).histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < latency_histogram::buckets; ++i) {
    below += samples.bucket(i);
    const double upper = latency_histogram::upper_seconds(i);
    const bool whole_octave = i % buckets_per_octave == 0;
    if (whole_octave && upper >= shortest_seconds && upper <= longest_seconds)
      histogram.bucket.push_back({below, upper});
  }
  histogram.sample_count = below;
  histogram.sample_sum = samples.sum_seconds();
  return *this;
}

family_builder& family_builder::add_log2(const std::vector<std::uint64_t>& counts, double unit,
                                         const double* sum) {
  constexpr double middle_of_octave = 0.75;
  auto& histogram = sample({}).histogram;
  double estimated_sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double upper = std::ldexp(unit, static_cast<int>(i));
    histogram.sample_count += counts[i];
    estimated_sum += static_cast<double>(counts[i]) * upper * middle_of_octave;
    histogram.bucket.push_back({histogram.sample_count, upper});
  }
  histogram.sample_sum = sum ? *sum : estimated_sum;
  return *this;
}

}  // namespace airtrain::api
