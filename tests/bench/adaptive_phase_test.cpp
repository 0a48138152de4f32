#include <gtest/gtest.h>

#include "bench/adaptive/phase.hpp"

using namespace airtrain::bench;

namespace {

/// A target of 8 slots and 50 ms, looked at every 100 ms: so many delivered a second and present,
/// for so many seconds each.
struct stretch {
  double seconds;
  double per_second;
  std::uint64_t present;
};
std::vector<sample> glances(const std::vector<stretch>& stretches) {
  std::vector<sample> seen{{0, 0, stretches.front().present}};
  double delivered = 0;
  for (const auto& s : stretches)
    for (int i = 0; i < s.seconds * 10; ++i) {
      delivered += s.per_second / 10;
      seen.push_back(
          {seen.back().at_us + 100'000, static_cast<std::uint64_t>(delivered), s.present});
    }
  return seen;
}

}  // namespace

TEST(adaptive_phase, is_adapted_when_goodput_and_queue_are_well_for_a_second) {
  const auto phase = judge(glances({{3, 160, 30}, {2, 80, 4}, {3, 155, 10}}), 8, 50);
  EXPECT_DOUBLE_EQ(phase.ideal, 160);
  ASSERT_TRUE(phase.adapted_after);
  EXPECT_NEAR(*phase.adapted_after, 5, 0.3);
  EXPECT_NEAR(phase.goodput, (3 * 160 + 2 * 80 + 3 * 155) / 8.0, 1);
  EXPECT_NEAR(phase.excess, (3 * 22 + 3 * 2) / 8.0, 0.5);
}

TEST(adaptive_phase, is_never_adapted_with_a_long_queue_or_little_goodput) {
  EXPECT_FALSE(judge(glances({{5, 160, 14}}), 8, 50).adapted_after);
  EXPECT_FALSE(judge(glances({{5, 140, 8}}), 8, 50).adapted_after);
  EXPECT_FALSE(judge(glances({{0.8, 160, 8}}), 8, 50).adapted_after) << "no whole second";
}
