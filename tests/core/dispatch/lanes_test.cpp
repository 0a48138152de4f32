#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

dispatch_options ordered(on_dead_letter dead_letter = on_dead_letter::proceed) {
  dispatch_options o;
  o.concurrency = 4;
  o.window = 8;
  o.ordered = true;
  o.dead_letter = dead_letter;
  return o;
}

/// Delivers whatever is sent until nothing more happens; the order of it.
std::vector<std::uint64_t> drain_order(rig& r) {
  std::vector<std::uint64_t> order;
  for (int i = 0; i < 2000 && !r.store.all_ended(); ++i) {
    if (!r.in_flight.empty()) {
      order.push_back(r.in_flight.begin()->first);
      r.answer(order.back(), delivered());
    } else if (!r.pass_to_wake()) {
      break;
    }
  }
  return order;
}

std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> seqs;
  for (auto seq = first; seq <= last; ++seq) seqs.push_back(seq);
  return seqs;
}

}  // namespace

TEST(lanes, a_busy_lane_moves_aside_and_others_flow) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 30; ++seq) r.add(seq, 7);
  EXPECT_EQ(r.store.count(fake_store::place::taken), 5u) << "one in flight, half a window behind";
  EXPECT_EQ(r.store.count(fake_store::place::aside), 25u);
  r.add(31, 8);
  r.add(32, no_lane);
  EXPECT_EQ(r.sent_seqs(), (std::vector<std::uint64_t>{1, 31, 32}));
  r.answer(31, delivered());
  r.answer(32, delivered());
  EXPECT_EQ(drain_order(r), range(1, 30));
}

TEST(lanes, a_failed_one_blocks_its_lane_until_it_is_back) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) r.add(seq, 7);
  r.answer(1, unreachable());
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(drain_order(r), range(1, 3));
}

TEST(lanes, what_comes_while_something_is_aside_goes_aside_too) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 9; ++seq) r.add(seq, 7);
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.answer(seq, delivered());
  r.add(10, 7);
  EXPECT_EQ(r.store.at(10).at, fake_store::place::aside) << "there is room, but 6 is before it";
  EXPECT_EQ(drain_order(r), range(5, 10));
}

TEST(lanes, a_dead_letter_stops_its_lane_where_it_should) {
  rig r{ordered(on_dead_letter::stop)};
  r.open();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  r.answer(1, rejected());
  EXPECT_TRUE(r.store.at(1).settled.back().stops_lane);
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.status().lanes_stopped, 1u);
  EXPECT_EQ(r.status().window, 0u) << "it holds no window";
  r.add(5, 7);
  r.add(6, 8);
  EXPECT_EQ(r.sent_seqs(), (std::vector<std::uint64_t>{6}));
  r.answer(6, delivered());
  const auto w = r.core->why({3, 0}, 7, r.now);
  ASSERT_EQ(w.waits_for.size(), 1u);
  EXPECT_EQ(w.waits_for[0].what, "stopped_lane");
  EXPECT_EQ(w.waits_for[0].id, "1.0");
}

TEST(lanes, a_replay_takes_its_original_place_in_a_stopped_lane) {
  rig r{ordered(on_dead_letter::stop)};
  r.open();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  r.answer(1, rejected());
  r.store.replay(1);
  const auto lane = r.store.lane_now(7);
  r.run([&](dispatch_actions& out) { r.core->lanes_changed({lane}, r.now, out); });
  EXPECT_EQ(r.status().lanes_stopped, 0u);
  EXPECT_EQ(drain_order(r), range(1, 4));
}

TEST(lanes, a_discard_releases_the_lane) {
  rig r{ordered(on_dead_letter::stop)};
  r.open();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  r.answer(1, rejected());
  blocked_lane now = r.store.lane_now(7);
  now.stopped = false;
  r.run([&](dispatch_actions& out) { r.core->lanes_changed({now}, r.now, out); });
  EXPECT_EQ(drain_order(r), range(2, 4));
}

TEST(lanes, the_late_word_of_a_replay_does_not_release_a_later_stop) {
  rig r{ordered(on_dead_letter::stop)};
  r.open();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  r.answer(1, rejected());
  r.store.replay(1);
  const auto word = r.store.lane_now(7);
  r.run([&](dispatch_actions& out) { r.core->work_available(r.now, out); });
  ASSERT_TRUE(r.sent(1)) << "it came by due before the word";
  r.answer(1, rejected());
  r.run([&](dispatch_actions& out) { r.core->lanes_changed({word}, r.now, out); });
  EXPECT_EQ(r.status().lanes_stopped, 1u);
  EXPECT_TRUE(r.in_flight.empty());
}

TEST(lanes, with_continue_a_dead_letter_lets_its_lane_go_on) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) r.add(seq, 7);
  r.answer(1, rejected());
  EXPECT_FALSE(r.store.at(1).settled.back().stops_lane);
  EXPECT_TRUE(r.sent(2));
}

TEST(lanes, a_replay_into_a_busy_lane_goes_next) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  r.answer(1, rejected());
  r.store.replay(1);
  r.run([&](dispatch_actions& out) { r.core->work_available(r.now, out); });
  EXPECT_EQ(drain_order(r), (std::vector<std::uint64_t>{2, 1, 3, 4}));
}

TEST(lanes, after_a_restart_what_was_taken_goes_before_what_was_aside) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 12; ++seq) r.add(seq, 7);
  ASSERT_GT(r.store.count(fake_store::place::aside), 0u);
  r.in_flight.clear();
  r.core = std::make_unique<dispatcher>(r.options, 2);
  r.open();
  EXPECT_EQ(drain_order(r), range(1, 12));
}

TEST(lanes, after_a_restart_a_failed_one_still_blocks_its_lane) {
  rig r{ordered()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) r.add(seq, 7);
  r.answer(1, conflict());
  r.core = std::make_unique<dispatcher>(r.options, 2);
  r.open();
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(drain_order(r), range(1, 3));
}

TEST(lanes, nothing_new_is_taken_while_too_many_lanes_are_blocked) {
  auto options = ordered(on_dead_letter::stop);
  options.blocked_lanes_max = 20;
  rig r{options};
  r.open();
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    r.add(seq, seq);
    r.answer_all(rejected());
    r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  }
  EXPECT_LE(r.status().lanes_stopped, 20u + options.window);
  EXPECT_GT(r.store.count(fake_store::place::log), 50u);
}
