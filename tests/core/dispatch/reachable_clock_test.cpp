#include "core/dispatch/reachable_clock.hpp"

#include <gtest/gtest.h>

using namespace airtrain;
using namespace std::chrono_literals;

TEST(reachable_clock, runs_only_while_the_connector_is_reachable) {
  reachable_clock clock;
  clock.run(true, 10s);
  EXPECT_EQ(clock.read_ms(12s), 2000);
  clock.run(false, 13s);
  EXPECT_EQ(clock.read_ms(20s), 3000);
  clock.run(true, 30s);
  clock.run(true, 31s);
  EXPECT_EQ(clock.read_ms(32s), 5000);
}

TEST(reachable_clock, goes_on_from_what_was_kept) {
  reachable_clock clock{7000};
  EXPECT_EQ(clock.read_ms(99s), 7000);
  clock.run(true, 100s);
  EXPECT_EQ(clock.read_ms(101s), 8000);
}
