#include "core/dispatch/shared_rate.hpp"

#include <gtest/gtest.h>

#include <functional>

using namespace airtrain;
using namespace std::chrono_literals;

namespace {

/// A shared rate and members that are always told at once what they got.
struct shared_rate_test : ::testing::Test {
  using time = shared_rate::time;

  shared_rate rate{1000};
  time now{1s};
  std::map<shared_rate::member_id, std::uint64_t> got;
  /// What a member wants again after a grant; 0: nothing.
  std::function<std::uint32_t(shared_rate::member_id)> wants_again = [](auto) { return 0u; };

  void give() {
    for (const auto& grant : rate.grants(now)) {
      got[grant.to] += grant.tokens;
      if (const auto more = wants_again(grant.to); more > 0) rate.want(grant.to, more);
    }
  }
  void run(time length) {
    const auto end = now + length;
    give();
    while (const auto next = rate.next(now)) {
      if (*next > end) break;
      now = std::max(*next, now + 1us);
      give();
    }
    now = end;
  }
  /// All but what the bucket holds at first.
  void empty() {
    rate.want(99, 100);
    give();
    got.clear();
  }
};

}  // namespace

TEST_F(shared_rate_test, gives_at_once_what_is_there) {
  rate.want(1, 7);
  give();
  EXPECT_EQ(got[1], 7u);
  EXPECT_EQ(rate.next(now), std::nullopt);
}

TEST_F(shared_rate_test, all_together_get_the_rate_and_no_more) {
  wants_again = [](auto) { return 50u; };
  for (const auto member : {1u, 2u, 3u}) rate.want(member, 50);
  run(10s);
  const auto all = got[1] + got[2] + got[3];
  EXPECT_GE(all, 10'000u);
  EXPECT_LE(all, 10'100u) << "a tenth of a second's worth may have been saved up";
}

TEST_F(shared_rate_test, the_busy_ones_share_alike) {
  empty();
  // One asks for hundreds at a time, one for ten.
  wants_again = [](auto member) { return member == 1 ? 500u : 10u; };
  rate.want(1, 500);
  rate.want(2, 10);
  run(10s);
  EXPECT_NEAR(static_cast<double>(got[1]), 5000, 50);
  EXPECT_NEAR(static_cast<double>(got[2]), 5000, 50);
}

TEST_F(shared_rate_test, one_that_asks_for_little_gets_all_it_asks_for) {
  empty();
  wants_again = [](auto member) { return member == 1 ? 500u : 0u; };
  rate.want(1, 500);
  for (int i = 0; i < 1000; ++i) {
    rate.want(2, 1);
    run(10ms);
  }
  EXPECT_GE(got[2], 999u);
  EXPECT_NEAR(static_cast<double>(got[1]), 9000, 50) << "the rest of the rate";
}

TEST_F(shared_rate_test, an_idle_time_earns_nothing) {
  empty();
  wants_again = [](auto) { return 100u; };
  rate.want(1, 100);
  run(60s);
  got.clear();
  rate.want(2, 100);
  run(1s);
  EXPECT_NEAR(static_cast<double>(got[1]), 500, 20);
  EXPECT_NEAR(static_cast<double>(got[2]), 500, 20);
}

TEST_F(shared_rate_test, who_wants_nothing_any_more_holds_nothing_up) {
  shared_rate slow(1);
  slow.want(9, 1);
  EXPECT_EQ(slow.grants(now).size(), 1u);
  slow.want(1, 5);
  slow.want(2, 1);
  slow.want(1, 0);
  EXPECT_TRUE(slow.grants(now + 900ms).empty());
  const auto next = slow.grants(now + 1s);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].to, 2u);
}

TEST_F(shared_rate_test,
       what_is_given_back_goes_to_the_others_and_is_not_held_against_who_gave_it) {
  empty();
  rate.want(1, 10);
  run(10ms);
  EXPECT_EQ(got[1], 10u);
  rate.give_back(1, 10);
  rate.want(2, 10);
  give();
  EXPECT_EQ(got[2], 10u);
  rate.want(2, 10);
  rate.want(1, 10);
  now += 10ms;
  give();
  EXPECT_EQ(got[1], 20u) << "it has had less";
}

TEST_F(shared_rate_test, says_when_the_next_turn_is) {
  empty();
  EXPECT_EQ(rate.next(now), std::nullopt);
  rate.want(1, 5);
  ASSERT_TRUE(rate.next(now));
  EXPECT_EQ(*rate.next(now), now + 5ms);
  rate.want(1, 500);
  EXPECT_EQ(*rate.next(now), now + 10ms) << "a turn is no longer than that";
}
