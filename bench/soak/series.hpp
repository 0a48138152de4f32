#pragma once

#include <string>
#include <vector>

namespace airtrain::bench {

/// One figure of the service over the run.
struct series {
  std::string name;
  std::string unit;
  /// How much it may grow from the end of the warm-up to the end of the run and still count as
  /// flat: this share of its median, or so much, whichever is more.
  double share_max = 0;
  double growth_max = 0;
  std::vector<double> seconds;
  std::vector<double> values;
};

struct flatness {
  bool flat = true;
  double median = 0;
  double growth = 0;  ///< by the slope, over what was judged
  double allowed = 0;
  double highest = 0;
};

/// The rule: the first quarter of the run is warm-up. Over the rest the median of the slopes
/// between all pairs of samples (Theil-Sen), times the length, may be no more than what the series
/// allows: a leak grows all the time, a fault is a peak that moves no median.
flatness judge(const series& of);

}  // namespace airtrain::bench
