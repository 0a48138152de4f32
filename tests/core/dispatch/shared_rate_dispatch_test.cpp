// How a dispatcher asks for what a shared rate grants.

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace std::chrono_literals;
using namespace airtrain::testing;

namespace {

dispatch_options sharing() {
  dispatch_options o;
  o.concurrency = 4;
  o.shared_rate = "tenant";
  return o;
}

struct sharing_dispatch : ::testing::Test {
  rig r{sharing()};

  void SetUp() override {
    r.open();
    for (std::uint64_t seq = 1; seq <= 6; ++seq) r.add(seq);
  }
};

}  // namespace

TEST_F(sharing_dispatch, sends_only_what_is_granted) {
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.tokens_wanted, 1u) << "it asked when the first was there";
  r.grant(1);
  EXPECT_EQ(r.in_flight.size(), 1u);
  EXPECT_EQ(r.tokens_wanted, 3u) << "no more than it has slots for";
  r.grant(2);
  EXPECT_EQ(r.in_flight.size(), 3u);
  EXPECT_EQ(r.tokens_wanted, 1u);
}

TEST_F(sharing_dispatch, asks_for_nothing_while_its_slots_are_full_or_nothing_is_there) {
  r.grant(1);
  r.grant(3);
  EXPECT_EQ(r.in_flight.size(), 4u);
  EXPECT_EQ(r.tokens_wanted, 0u);
  r.answer_all(delivered());
  EXPECT_EQ(r.tokens_wanted, 1u);
  r.grant(1);
  r.grant(1);
  r.answer_all(delivered());
  EXPECT_TRUE(r.store.all_ended());
  EXPECT_EQ(r.tokens_wanted, 0u);
}

TEST_F(sharing_dispatch, what_is_granted_and_not_needed_goes_back) {
  r.grant(10);
  EXPECT_EQ(r.in_flight.size(), 4u);
  EXPECT_EQ(r.tokens_given_back, 6u);
}

TEST_F(sharing_dispatch, a_paused_one_wants_and_holds_nothing) {
  r.pause();
  EXPECT_EQ(r.tokens_wanted, 0u);
  r.grant(1);
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.tokens_given_back, 1u);
  r.resume();
  EXPECT_EQ(r.tokens_wanted, 4u);
}

TEST_F(sharing_dispatch, a_grant_that_crosses_its_withdrawal_stalls_nothing) {
  r.pause();
  r.resume();
  EXPECT_EQ(r.tokens_wanted, 4u);
  // What was granted before the pause comes late, and then what was asked for after it.
  r.in_transit(2);
  EXPECT_EQ(r.in_flight.size(), 2u);
  r.grant(4);
  EXPECT_EQ(r.in_flight.size(), 4u);
  EXPECT_EQ(r.tokens_given_back, 2u);
  r.answer_all(delivered());
  EXPECT_EQ(r.tokens_wanted, 1u);
}

TEST_F(sharing_dispatch, an_open_circuit_wants_nothing_and_its_probe_waits_for_its_turn) {
  for (int i = 0; i < 5; ++i) {
    r.grant(1);
    r.answer_all(unreachable());
  }
  EXPECT_EQ(r.status().breaker, breaker_state::open);
  EXPECT_EQ(r.tokens_wanted, 0u);
  while (r.status().breaker == breaker_state::open) r.pass(1s);
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.tokens_wanted, 1u);
  r.grant(1);
  EXPECT_EQ(r.in_flight.size(), 1u);
  EXPECT_TRUE(r.in_flight.begin()->second.with.probe);
}

TEST_F(sharing_dispatch, a_draining_one_wants_and_holds_nothing) {
  r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
  EXPECT_EQ(r.tokens_wanted, 0u);
  r.grant(2);
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.tokens_given_back, 2u);
}

TEST_F(sharing_dispatch, why_names_the_shared_limit) {
  const auto why = r.core->why({3, 0}, no_lane, r.now);
  ASSERT_EQ(why.waits_for.size(), 1u);
  EXPECT_EQ(why.waits_for[0].what, "rate_limit");
  EXPECT_EQ(why.waits_for[0].id, "tenant");
}
