#include "bench/soak/series.hpp"

#include <algorithm>

#include "bench/harness/statistics.hpp"

namespace airtrain::bench {

flatness judge(const series& of) {
  constexpr double warm_up = 0.25;
  flatness made;
  if (of.seconds.empty()) return made;
  const auto begin =
      std::ranges::lower_bound(of.seconds, of.seconds.back() * warm_up) - of.seconds.begin();
  const std::vector<double> x(of.seconds.begin() + begin, of.seconds.end());
  const std::vector<double> y(of.values.begin() + begin, of.values.end());
  made.median = harness::median(y);
  made.highest = std::ranges::max(of.values);
  made.growth = harness::robust_slope(x, y) * (x.back() - x.front());
  made.allowed = std::max(of.share_max * made.median, of.growth_max);
  made.flat = made.growth <= made.allowed;
  return made;
}

}  // namespace airtrain::bench
