#include "bench/harness/statistics.hpp"

#include <gtest/gtest.h>

namespace airtrain::harness {
namespace {

TEST(median, is_the_middle_or_between_the_two_middle_ones) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(paired_ratios, are_taken_round_by_round) {
  // The machine was half as fast in the second round: the ratio does not see it.
  EXPECT_EQ(paired_ratios({100, 50}, {200, 100}), (std::vector<double>{0.5, 0.5}));
}

TEST(comparison, calls_only_runs_different_whose_rounds_do_not_mix) {
  EXPECT_EQ(compare({10, 11, 12, 13}, {14, 15, 16, 17}), change::up);
  EXPECT_EQ(compare({14, 15, 16, 17}, {10, 11, 12, 13}), change::down);
  EXPECT_EQ(compare({10, 11, 12, 14}, {13, 15, 16, 17}), change::within_the_noise);
}

TEST(comparison, calls_a_tiny_difference_noise) {
  EXPECT_EQ(compare({100, 100.1, 100.2}, {100.5, 100.6, 100.7}), change::within_the_noise);
}

TEST(comparison, proves_nothing_with_one_round) {
  EXPECT_EQ(compare({10}, {20}), change::within_the_noise);
}

TEST(robust_slope, is_not_moved_by_a_peak) {
  EXPECT_DOUBLE_EQ(robust_slope({0, 1, 2, 3, 4, 5}, {1, 1, 900, 1, 1, 1}), 0);
  EXPECT_DOUBLE_EQ(robust_slope({0, 1, 2, 3, 4, 5}, {0, 2, 400, 6, 8, 10}), 2);
}

}  // namespace
}  // namespace airtrain::harness
