#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/telemetry.hpp"

namespace airtrain::api {

/// Builds one metric family, sample by sample.
class family_builder {
 public:
  using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// The name is given without its prefix "airtrain_".
  family_builder(std::string_view name, prometheus::MetricType type, std::string_view help);

  family_builder& add(double value, labels with = {});
  family_builder& add(std::uint64_t value, labels with = {}) {
    return add(static_cast<double>(value), with);
  }
  /// At every power of two from about 64 microseconds to a day.
  family_builder& add(const latency_histogram& samples, labels with);
  /// `counts[i]` are the samples in (2^(i-1), 2^i], in units of `unit`; without a `sum`, it is
  /// taken as if each sample lay in the middle of its bucket.
  family_builder& add_log2(const std::vector<std::uint64_t>& counts, double unit,
                           const double* sum = nullptr);

  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::ClientMetric& sample(labels with);
  prometheus::MetricFamily family_;
};

}  // namespace airtrain::api
