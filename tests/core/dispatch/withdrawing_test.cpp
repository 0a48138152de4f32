#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;

namespace {

dispatch_options one_at_a_time() {
  dispatch_options o;
  o.concurrency = 1;
  o.ordered = true;
  return o;
}

delivery_key key(std::uint64_t seq) {
  return {.seq = seq, .part = 0};
}

std::vector<withdrawal> withdraw(rig& r, const std::vector<delivery_key>& keys,
                                 settlement::kind end = settlement::kind::discarded) {
  std::vector<withdrawal> became;
  r.run([&](dispatch_actions& out) { became = r.core->withdraw(keys, end, r.now, out); });
  return became;
}

}  // namespace

TEST(withdrawing, ends_what_was_taken_and_not_sent) {
  rig r{one_at_a_time()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) r.add(seq);
  const std::vector<delivery_key> keys{key(1), key(2), key(2), key(99)};
  const std::vector<withdrawal> expected{withdrawal::in_flight, withdrawal::done,
                                         withdrawal::not_here, withdrawal::not_here};
  EXPECT_EQ(r.core->would_withdraw(keys), expected);
  EXPECT_EQ(r.store.at(2).at, fake_store::place::taken);
  EXPECT_EQ(withdraw(r, keys), expected);
  ASSERT_EQ(r.store.at(2).settled.size(), 1u);
  EXPECT_EQ(r.store.at(2).settled[0].what, settlement::kind::discarded);
  EXPECT_EQ(r.store.at(2).settled[0].why, reason::discarded_by_operator);
  EXPECT_FALSE(r.store.at(2).settled[0].counted);
  r.answer(1, delivered());
  EXPECT_TRUE(r.sent(3));
}

TEST(withdrawing, a_follower_leaves_its_lane_to_the_others) {
  rig r{one_at_a_time()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  EXPECT_EQ(withdraw(r, {key(2), key(4)}, settlement::kind::dead),
            (std::vector<withdrawal>{withdrawal::done, withdrawal::done}));
  EXPECT_FALSE(r.store.at(2).stops_lane);
  r.answer(1, delivered());
  EXPECT_TRUE(r.sent(3));
  r.answer(3, delivered());
  EXPECT_TRUE(r.store.all_ended());
}

TEST(withdrawing, the_head_of_a_lane_lets_the_next_go) {
  rig r{one_at_a_time()};
  r.open();
  r.pause();
  for (std::uint64_t seq = 1; seq <= 2; ++seq) r.add(seq, 7);
  EXPECT_EQ(withdraw(r, {key(1)}), std::vector<withdrawal>{withdrawal::done});
  r.resume();
  EXPECT_TRUE(r.sent(2));
}

TEST(withdrawing, a_lane_goes_on_when_what_it_waited_for_was_ended_on_disk) {
  auto options = one_at_a_time();
  options.concurrency = 2;
  rig r{options};
  r.open();
  for (std::uint64_t seq = 1; seq <= 2; ++seq) r.add(seq, 7);
  r.answer(1, unreachable());
  EXPECT_FALSE(r.sent(2));
  blocked_lane lane;
  lane.lane = 7;
  r.run([&](dispatch_actions& out) {
    r.core->no_longer_wait({lane}, {key(1)});
    r.core->lanes_changed({lane}, r.now, out);
  });
  EXPECT_TRUE(r.sent(2));
}

TEST(withdrawing, tells_of_an_attempt_that_was_not_counted_and_may_have_had_an_effect) {
  auto o = one_at_a_time();
  o.breaker.consecutive = 1;
  rig r{o};
  r.open();
  r.add(1, 7);
  r.answer(1, unreachable());  // opens the circuit
  while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
  r.answer(1, unreachable());  // a probe: not counted
  EXPECT_EQ(withdraw(r, {key(1)}), (std::vector<withdrawal>{withdrawal::done}));
  const auto& end = r.store.at(1).settled.back();
  EXPECT_EQ(end.what, settlement::kind::discarded);
  EXPECT_TRUE(end.unknown_effect);
}
