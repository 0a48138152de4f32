#include "core/dispatch/adaptive_limit.hpp"

#include <gtest/gtest.h>

#include "tests/core/dispatch/simulated_target.hpp"

using namespace airtrain;
using namespace std::chrono_literals;
using airtrain::testing::simulated_target;
using ::testing::Test;

namespace {

struct adaptive_limit_test : Test {
  adaptive_options options{.on = true, .min = 1, .initial = std::nullopt};
  simulated_target target{64, options};

  /// What `target` could deliver in a second with as many slots as it has.
  double best() const {
    return target.does.capacity / std::chrono::duration<double>(target.does.service).count();
  }
  /// All that may be in flight is, and is delivered.
  std::uint32_t limit_round(std::uint64_t& serial) {
    const auto count = target.limit.limit();
    target.limit.begun(count);
    const auto next = serial + count;
    for (; serial < next; ++serial) target.limit.delivered(serial, 50ms, next, target.now);
    return count;
  }
  void expect_settled() {
    target.run(20s);
    EXPECT_GE(target.goodput(), 0.95 * best());
    EXPECT_LE(target.most_in_flight(), target.does.capacity * 3 / 2 + 1);
  }
};

}  // namespace

TEST_F(adaptive_limit_test, starts_low_and_finds_what_the_target_bears) {
  EXPECT_EQ(target.limit.limit(), 1u);
  target.run(3s);
  expect_settled();
}

TEST_F(adaptive_limit_test, stays_within_its_bounds) {
  simulated_target bounded(6, {.on = true, .min = 3, .initial = 4});
  EXPECT_EQ(bounded.limit.limit(), 4u);
  bounded.does.capacity = 100;
  bounded.run(20s);
  EXPECT_EQ(bounded.limit.limit(), 6u);
  bounded.does.capacity = 1;
  for (int second = 0; second < 20; ++second) {
    bounded.run(1s);
    EXPECT_GE(bounded.limit.limit(), 3u);
  }
  EXPECT_LE(bounded.limit.limit(), 4u);
  bounded.does.fails = 1;
  bounded.run(20s);
  EXPECT_EQ(bounded.limit.limit(), 3u);
}

TEST_F(adaptive_limit_test, steps_down_when_the_target_bears_less) {
  target.run(5s);
  target.does.capacity = 2;
  target.run(3s);
  expect_settled();
}

TEST_F(adaptive_limit_test, steps_up_when_the_target_bears_more) {
  target.does.capacity = 2;
  target.run(10s);
  target.does.capacity = 12;
  target.run(4s);
  expect_settled();
}

TEST_F(adaptive_limit_test, does_not_drift_upwards_over_hours) {
  target.does.spread = 0.2;
  for (int hour = 0; hour < 6; ++hour) target.run(1h);
  EXPECT_LE(target.limit.limit(), 14u);
  EXPECT_GE(target.goodput(), 0.9 * best());
}

TEST_F(adaptive_limit_test, does_not_grow_while_it_is_not_reached) {
  target.does.capacity = 1000;
  target.does.offered = 5;
  target.run(1min);
  EXPECT_LE(target.limit.limit(), 8u);
  const auto idle = target.limit.limit();
  target.run(10min);
  EXPECT_EQ(target.limit.limit(), idle);
  target.does.offered = ~0u;
  target.run(1min);
  EXPECT_EQ(target.limit.limit(), 64u);
}

TEST_F(adaptive_limit_test, a_few_slow_lanes_do_not_count) {
  target.does.capacity = 32;
  target.run(10s);
  const auto before = target.limit.limit();
  target.does.lanes = 20;
  for (int second = 0; second < 20; ++second) {
    target.run(1s);
    EXPECT_GE(target.limit.limit(), before / 3);  // also while it is measured with half
  }
  // On average they are slower by 19/20.
  EXPECT_GE(target.goodput(), 0.9 * best() / 1.95);
}

TEST_F(adaptive_limit_test, what_was_learnt_under_a_queue_of_ours_is_measured_again) {
  simulated_target queued(64, {.on = true, .min = 1, .initial = 32});
  queued.run(30s);
  queued.run(20s);
  EXPECT_LE(queued.most_in_flight(), 13u);
}

TEST_F(adaptive_limit_test, doubles_at_the_start) {
  target.does.capacity = 64;
  target.run(1s);
  EXPECT_GE(target.limit.limit(), 60u);
}

TEST_F(adaptive_limit_test, wide_latencies_are_not_taken_for_a_queue) {
  target.does.capacity = 64;
  target.does.spread = 0.7;
  target.run(1min);
  target.run(5min);
  EXPECT_GE(target.goodput(), 0.8 * target.does.capacity / 0.064);
}

TEST_F(adaptive_limit_test, a_target_that_became_slower_by_itself_is_not_strangled) {
  target.run(5s);
  target.does.service = 200ms;
  target.run(10s);
  expect_settled();
}

TEST_F(adaptive_limit_test, a_target_that_became_faster_is_measured_anew) {
  target.does.service = 400ms;
  target.run(30s);
  target.does.service = 50ms;
  target.run(10s);
  expect_settled();
}

TEST_F(adaptive_limit_test, refusals_are_rare_and_cost_little) {
  target.does.refuses = true;
  target.run(30s);
  target.run(1min);
  EXPECT_GE(target.goodput(), 0.93 * best());
  EXPECT_LE(target.refused(), 6u);
  EXPECT_LE(target.most_in_flight(), target.does.capacity + 1);
}

TEST_F(adaptive_limit_test, beyond_a_refusal_it_grows_again_when_the_target_bears_more) {
  target.does.refuses = true;
  target.does.capacity = 2;
  target.run(1min);
  target.does.capacity = 12;
  target.run(15s);
  target.run(1min);
  EXPECT_GE(target.goodput(), 0.9 * best());
}

TEST_F(adaptive_limit_test, what_was_refused_together_counts_once) {
  adaptive_limit limit(16, {.on = true, .min = 1, .initial = 16});
  limit.begun(16);
  limit.throttled(1, 17, 1s, 2s);
  for (std::uint64_t serial = 2; serial <= 16; ++serial) limit.throttled(serial, 17, 1s, 2s);
  EXPECT_EQ(limit.limit(), 1u);
  std::uint64_t serial = 17;
  const auto deliver_round = [&] {
    const auto in_flight = limit.limit();
    limit.begun(in_flight);
    const auto next = serial + in_flight;
    for (; serial < next; ++serial) limit.delivered(serial, 50ms, next, 3s);
  };
  while (limit.limit() < 8 && serial < 100) deliver_round();
  EXPECT_EQ(limit.limit(), 8u);
  EXPECT_LT(serial, 40u) << "slow start was to go on to half of sixteen";
}

TEST_F(adaptive_limit_test, failures_lower_it_by_half_of_their_share) {
  adaptive_limit limit(16, {.on = true, .min = 1, .initial = 16});
  limit.begun(16);
  for (std::uint64_t serial = 1; serial <= 8; ++serial) limit.failed(serial, 17, 1s);
  for (std::uint64_t serial = 9; serial <= 16; ++serial) limit.delivered(serial, 50ms, 17, 1s);
  EXPECT_EQ(limit.limit(), 12u);
}

TEST_F(adaptive_limit_test, failures_that_no_limit_avoids_do_not_strangle_it) {
  target.does.fails = 0.01;
  target.does.capacity = 16;
  target.run(30s);
  target.run(5min);
  EXPECT_GE(target.goodput(), 0.9 * best());
}

TEST_F(adaptive_limit_test, answers_from_before_a_change_do_not_judge_it) {
  adaptive_limit limit(16, {.on = true, .min = 1, .initial = 16});
  limit.begun(16);
  limit.restart_low(17);
  for (std::uint64_t serial = 1; serial <= 16; ++serial) limit.delivered(serial, 50ms, 17, 1s);
  EXPECT_EQ(limit.limit(), 1u);
}

TEST_F(adaptive_limit_test, after_an_outage_it_doubles_up_to_where_it_was) {
  target.run(10s);
  const auto before = target.limit.limit();
  target.limit.restart_low(1'000'000);
  EXPECT_EQ(target.limit.limit(), 1u);
  std::uint64_t serial = 1'000'000;
  for (const std::uint32_t expected : {2u, 4u, 8u}) {
    const auto in_flight = limit_round(serial);
    EXPECT_EQ(target.limit.limit(), expected) << "after " << in_flight;
  }
  EXPECT_GE(before, 8u);
}
