#include "bench/harness/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace airtrain::harness {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> paired_ratios(const std::vector<double>& above,
                                  const std::vector<double>& below) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i)
    ratios.push_back(above[i] / below[i]);
  return ratios;
}

change compare(const std::vector<double>& before, const std::vector<double>& after) {
  constexpr double least = 0.02;
  if (before.size() < 2 || after.size() < 2) return change::within_the_noise;
  const double was = median(before);
  if (std::abs(median(after) - was) < least * std::abs(was)) return change::within_the_noise;
  if (std::ranges::min(after) > std::ranges::max(before)) return change::up;
  if (std::ranges::max(after) < std::ranges::min(before)) return change::down;
  return change::within_the_noise;
}

double robust_slope(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = i + 1; j < x.size(); ++j)
      if (x[j] > x[i]) slopes.push_back((y[j] - y[i]) / (x[j] - x[i]));
  return median(std::move(slopes));
}

}  // namespace airtrain::harness
