// Somebody sets the wall clock.

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct wall_clock : ::testing::Test {
  static dispatch_options plain() {
    dispatch_options o;
    o.concurrency = 4;
    o.window = 16;
    o.expires_after = 10s;
    return o;
  }
  rig r{plain()};
  void SetUp() override {
    r.open();
    r.now.wall_ms = 1'000'000'000;  // when the events of the tests were accepted
  }
};

}  // namespace

TEST_F(wall_clock, nothing_expires_until_the_clocks_have_agreed_for_an_hour) {
  r.now.wall_ms += day_ms;
  r.add(1);
  EXPECT_TRUE(r.sent(1)) << "a day late by that clock";
  r.answer(1, conflict());
  r.pass(59min);
  ASSERT_TRUE(r.sent(1));
  r.answer(1, throttled(120'000));
  r.pass(3min);
  EXPECT_EQ(r.store.at(1).settled.back().what, settlement::kind::expired);
}

TEST_F(wall_clock, doubt_outlives_a_restart) {
  r.now.wall_ms += day_ms;
  r.run([&](dispatch_actions& out) { r.core->tick(r.now, out); });
  r.restart();
  r.add(1);
  EXPECT_TRUE(r.sent(1));
}

TEST_F(wall_clock, set_back_while_the_process_was_down_it_is_doubted_too) {
  r.pause();
  r.now.wall_ms -= day_ms;
  r.restart();
  r.now.wall_ms += 20'000;
  r.now.steady += 20s;
  r.add(1);
  r.resume();
  EXPECT_TRUE(r.sent(1));
}

TEST_F(wall_clock, set_back_by_a_day_it_delays_no_retry) {
  r.options.expires_after = 0ms;
  r.restart();
  r.add(1);
  r.answer(1, conflict());
  r.now.wall_ms -= day_ms;
  r.pass(2s);
  EXPECT_TRUE(r.sent(1));
}

TEST_F(wall_clock, set_back_by_a_day_during_a_restart_it_delays_no_retry) {
  r.options.expires_after = 0ms;
  r.restart();
  r.add(1);
  r.answer(1, conflict());
  r.now.wall_ms -= day_ms;
  r.restart();
  EXPECT_TRUE(r.sent(1));
}

TEST_F(wall_clock, suspicion_and_reachable_time_run_on_the_steady_clock) {
  r.options.expires_after = 0ms;
  r.options.retry.give_up_after = 1h;
  r.restart();
  r.add(1);
  r.answer(1, conflict());
  r.now.wall_ms += day_ms;
  r.pass(2s);
  ASSERT_TRUE(r.sent(1));
  r.answer(1, conflict());
  EXPECT_EQ(r.store.at(1).settled.back().what, settlement::kind::retry);
}
