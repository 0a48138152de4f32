#pragma once

#include <vector>

namespace airtrain::harness {

/// 0 where there is none.
double median(std::vector<double> values);
/// above[i] / below[i]: both were measured one after the other, so a drift of the machine cancels.
std::vector<double> paired_ratios(const std::vector<double>& above,
                                  const std::vector<double>& below);

enum class change { within_the_noise, up, down };
/// Whether two runs of the same rounds differ beyond the noise: every sample of one lies on the
/// same side of every sample of the other (by chance 1 in 35 with four rounds each) and the medians
/// differ by 2 % or more. A single sample proves nothing.
change compare(const std::vector<double>& before, const std::vector<double>& after);

/// Median of the slopes between all pairs of points (Theil-Sen): single outliers don't move it.
/// `x` ascending, as long as `y`.
double robust_slope(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace airtrain::harness
