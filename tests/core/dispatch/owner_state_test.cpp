#include "core/dispatch/owner_state.hpp"

#include <gtest/gtest.h>

using namespace airtrain;

TEST(owner_state, comes_back_as_it_was_kept) {
  owner_state s;
  s.breaker = {breaker_state::open, 3, 2, 1'700'000'000'123};
  s.held = hold_kind::guard;
  s.held_since_ms = 5;
  s.held_message = "rejected = 20\nin a row";
  s.paused = true;
  s.state_since_ms = 77;
  s.throttled_until_ms = 6;
  s.closed_at_ms = 8;
  s.reachable_ms = 7;
  s.delivered_total = 1ull << 40;
  s.reject_run = 9;
  s.reject_group = 10;
  s.refused_run = 4;
  const auto back = decode_owner_state(encode(s));
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), encode(s));
  EXPECT_EQ(back->breaker.state, breaker_state::open);
  EXPECT_EQ(back->breaker.until_ms, 1'700'000'000'123);
  EXPECT_EQ(back->held, hold_kind::guard);
  EXPECT_EQ(back->held_message, "rejected = 20 in a row");
  EXPECT_TRUE(back->paused);
  EXPECT_EQ(back->delivered_total, 1ull << 40);
  EXPECT_EQ(back->refused_run, 4u);
}

TEST(owner_state, names_it_does_not_know_are_skipped) {
  const auto s =
      decode_owner_state("owner-state 1\nnew_thing=5\nreject_run=3\nbreaker=99\nnonsense");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->reject_run, 3u);
  EXPECT_EQ(s->breaker.state, breaker_state::closed);
}

TEST(owner_state, another_version_is_refused) {
  EXPECT_FALSE(decode_owner_state("owner-state 2\n"));
  EXPECT_FALSE(decode_owner_state(""));
  EXPECT_FALSE(decode_owner_state("\x01\x02"));
}
