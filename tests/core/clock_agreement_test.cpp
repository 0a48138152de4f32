#include "core/clock_agreement.hpp"

#include <gtest/gtest.h>

using namespace airtrain;
using namespace std::chrono_literals;

namespace {

struct clocks_test : ::testing::Test {
  instant now{5s, 1'700'000'000'000};
  clock_agreement clocks;
  std::chrono::milliseconds pass(std::chrono::milliseconds time,
                                 std::chrono::milliseconds set = 0ms) {
    now.steady += time;
    now.wall_ms += (time + set).count();
    return clocks.observe(now);
  }
  void SetUp() override { clocks.observe(now); }
};

}  // namespace

TEST_F(clocks_test, agree_while_they_run_together) {
  EXPECT_EQ(pass(24h), 0ms);
  EXPECT_TRUE(clocks.agree(now));
}

TEST_F(clocks_test, parted_by_more_than_a_minute_they_are_believed_again_after_an_hour) {
  for (const std::chrono::milliseconds set : {24h, -24h}) {
    EXPECT_EQ(pass(1s, set), set);
    EXPECT_FALSE(clocks.agree(now));
    pass(59min);
    EXPECT_FALSE(clocks.agree(now));
    EXPECT_EQ(clocks.doubt_left(now), 1min);
    pass(1min);
    EXPECT_TRUE(clocks.agree(now));
  }
}

TEST_F(clocks_test, a_minute_is_let_pass) {
  EXPECT_EQ(pass(1s, 1min), 0ms);
  EXPECT_TRUE(clocks.agree(now));
  EXPECT_EQ(pass(1s, 1ms), 60'001ms) << "added up";
  EXPECT_FALSE(clocks.agree(now));
}

TEST_F(clocks_test, parting_again_starts_the_hour_anew) {
  pass(1s, 2h);
  pass(50min);
  pass(1s, -2h);
  pass(50min);
  EXPECT_FALSE(clocks.agree(now));
  pass(10min);
  EXPECT_TRUE(clocks.agree(now));
}

TEST_F(clocks_test, a_clock_that_is_slewed_is_followed) {
  for (int hour = 0; hour < 100; ++hour) EXPECT_EQ(pass(1h, 2s), 0ms);
  EXPECT_TRUE(clocks.agree(now));
}
