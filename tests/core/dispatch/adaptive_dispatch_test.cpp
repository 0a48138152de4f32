// How a dispatcher uses a learnt limit.

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace std::chrono_literals;
using namespace airtrain::testing;

namespace {

dispatch_options learning() {
  dispatch_options o;
  o.concurrency = 16;
  o.adaptive = {.on = true, .min = 1, .initial = 4};
  o.breaker.min_calls = 1000;
  return o;
}

struct adaptive_dispatch : ::testing::Test {
  rig r{learning()};

  void SetUp() override {
    r.open();
    for (std::uint64_t seq = 1; seq <= 100; ++seq) r.add(seq);
  }
};

}  // namespace

TEST_F(adaptive_dispatch, has_no_more_in_flight_than_was_learnt) {
  EXPECT_EQ(r.in_flight.size(), 4u);
  EXPECT_EQ(r.status().concurrency_limit, 4u);
  r.answer_all(delivered());
  EXPECT_EQ(r.status().concurrency_limit, 8u) << "slow start doubles";
  EXPECT_EQ(r.in_flight.size(), 8u);
}

TEST_F(adaptive_dispatch, a_throttle_restarts_it_low_and_it_grows_from_there) {
  r.answer(1, throttled(2000));
  EXPECT_EQ(r.status().concurrency_limit, 1u);
  for (const auto seq : r.sent_seqs()) r.answer(seq, delivered());
  EXPECT_EQ(r.status().concurrency_limit, 1u) << "they were sent before";
  r.pass(3s);
  EXPECT_EQ(r.in_flight.size(), 1u);
  for (int i = 0; i < 4; ++i) r.answer_all(delivered());
  EXPECT_EQ(r.status().concurrency_limit, 2u);
}

TEST_F(adaptive_dispatch, failures_of_the_target_lower_it) {
  for (const std::uint64_t seq : {1, 2}) r.answer(seq, unreachable());
  for (const std::uint64_t seq : {3, 4}) r.answer(seq, delivered());
  EXPECT_EQ(r.status().concurrency_limit, 3u);
}

TEST_F(adaptive_dispatch, what_is_wrong_with_an_event_says_nothing_about_it) {
  for (int i = 0; i < 5; ++i) r.answer_all(conflict());
  EXPECT_EQ(r.status().concurrency_limit, 4u);
}

TEST_F(adaptive_dispatch, starts_low_again_when_the_circuit_closes) {
  for (const std::uint64_t seq : {1, 2, 3, 4}) r.answer(seq, delivered());
  while (r.status().breaker == breaker_state::closed) r.answer_all(unreachable());
  while (r.status().breaker != breaker_state::closed) {
    r.pass(1s);
    r.answer_all(delivered());
  }
  EXPECT_EQ(r.status().concurrency_limit, 1u);
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(adaptive_dispatch, one_that_backs_off_holds_no_slot) {
  r.answer(1, unreachable());
  EXPECT_EQ(r.in_flight.size(), 4u);
  EXPECT_FALSE(r.sent(1));
}
