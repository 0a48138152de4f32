#include "core/dispatch/lane_table.hpp"

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using placement = lane_table::placement;

namespace {

struct lane_table_test : ::testing::Test {
  static constexpr lane_id lane = 7;
  delivery_window w{8, 1u << 20};
  lane_table lanes{w};

  slot_index admit(std::uint64_t seq) {
    delivery d;
    d.key = {seq, 0};
    d.lane = lane;
    d.event = tiny_event(seq);
    return w.admit(std::move(d), false);
  }
  /// As the dispatcher does: what is ready is made so, what goes aside is released.
  placement place(std::uint64_t seq, fetch_kind from = fetch_kind::fresh) {
    const auto index = admit(seq);
    const auto where = lanes.place(index, from);
    if (where == placement::ready) w.make_ready(index);
    if (where == placement::aside) w.release(index);
    return where;
  }
  slot_index active() const { return lanes.find(lane)->active; }
  std::uint64_t seq_of(slot_index index) const { return w.at(index).what.key.seq; }
  /// The active one ends. The seq of the next, 0: none.
  std::uint64_t end() { return go_on(lanes.ended(active())); }
  std::uint64_t wait(std::int64_t due_ms) { return go_on(lanes.waits(active(), due_ms)); }
  std::uint64_t go_on(slot_index next) {
    if (next == no_slot) return 0;
    w.make_ready(next);
    return seq_of(next);
  }
  static blocked_lane word(bool stopped, std::uint64_t by, std::uint64_t aside) {
    blocked_lane b;
    b.lane = lane;
    b.stopped = stopped;
    b.stopped_by = {by, 0};
    b.aside_count = aside > 0 ? 1 : 0;
    b.first_aside = {aside, 0};
    return b;
  }
};

}  // namespace

TEST_F(lane_table_test, one_is_active_and_the_others_follow_in_commit_order) {
  EXPECT_EQ(place(1), placement::ready);
  EXPECT_EQ(place(3), placement::follower);
  EXPECT_EQ(place(2), placement::follower) << "what an earlier owner had taken may come late";
  EXPECT_EQ(end(), 2u);
  EXPECT_EQ(end(), 3u);
  EXPECT_EQ(end(), 0u);
  EXPECT_EQ(lanes.size(), 0u) << "an idle lane costs nothing";
}

TEST_F(lane_table_test, later_ones_wait_for_each_that_failed_and_earlier_ones_do_not) {
  place(5);
  EXPECT_EQ(wait(10), 0u);
  EXPECT_EQ(place(6), placement::follower);
  EXPECT_EQ(place(3), placement::ready) << "a replay of an earlier one";
  EXPECT_EQ(wait(20), 0u);
  EXPECT_EQ(place(5, fetch_kind::due), placement::follower) << "3 waits too, and is earlier";
  EXPECT_EQ(place(3, fetch_kind::due), placement::ready);
  EXPECT_EQ(end(), 5u);
  EXPECT_EQ(end(), 6u);
}

TEST_F(lane_table_test, what_comes_behind_something_aside_goes_there_and_what_comes_before_stays) {
  place(1);
  for (std::uint64_t seq = 10; seq < 14; ++seq) EXPECT_EQ(place(seq), placement::follower);
  EXPECT_EQ(place(14), placement::aside) << "half a window follows already";
  EXPECT_EQ(end(), 10u);
  EXPECT_EQ(place(15), placement::aside) << "there is room, but 14 is before it";
  EXPECT_EQ(place(9), placement::follower);
}

TEST_F(lane_table_test, an_idle_lane_with_something_aside_is_fetched_once) {
  place(1);
  for (std::uint64_t seq = 2; seq <= 6; ++seq) place(seq);
  EXPECT_FALSE(lanes.next_to_fetch()) << "it is busy";
  while (end() != 0) {
  }
  EXPECT_EQ(lanes.next_to_fetch(), lane);
  EXPECT_FALSE(lanes.next_to_fetch());
  EXPECT_EQ(place(6, fetch_kind::lane), placement::ready);
  lanes.fetch_ended(lane, false);
  EXPECT_EQ(place(7), placement::follower) << "nothing is aside any more";
}

TEST_F(lane_table_test, what_was_moved_aside_while_its_lane_was_fetched_is_not_forgotten) {
  lanes.restore({word(false, 0, 2)});
  ASSERT_EQ(lanes.next_to_fetch(), lane);
  lanes.changed(word(false, 0, 4));  // a replay, after the store had answered
  place(2, fetch_kind::lane);
  lanes.fetch_ended(lane, false);
  EXPECT_EQ(place(5), placement::aside);
  EXPECT_EQ(end(), 0u);
  EXPECT_EQ(lanes.next_to_fetch(), lane);
}

TEST_F(lane_table_test, a_failed_fetch_is_repeated) {
  lanes.restore({word(false, 0, 2)});
  ASSERT_EQ(lanes.next_to_fetch(), lane);
  lanes.fetch_failed(lane);
  EXPECT_EQ(lanes.next_to_fetch(), lane);
}

TEST_F(lane_table_test, a_stop_moves_all_that_follows_aside_until_its_word_comes) {
  place(1);
  place(2);
  place(3);
  std::vector<slot_index> aside;
  const auto dead = active();
  lanes.stop(dead, aside);
  w.release(dead);
  ASSERT_EQ(aside.size(), 2u);
  for (const auto index : aside) w.release(index);
  EXPECT_EQ(lanes.stopped(), 1u);
  EXPECT_EQ(place(4), placement::aside);
  EXPECT_FALSE(lanes.next_to_fetch());
  EXPECT_TRUE(lanes.changed(word(false, 0, 2)));
  EXPECT_EQ(lanes.stopped(), 0u);
  EXPECT_EQ(lanes.next_to_fetch(), lane);
}

TEST_F(lane_table_test, the_late_word_of_a_replay_does_not_release_a_later_stop) {
  lanes.restore({word(true, 1, 0)});
  EXPECT_EQ(place(1, fetch_kind::due), placement::ready) << "it came before the word";
  std::vector<slot_index> aside;
  lanes.stop(active(), aside);
  EXPECT_FALSE(lanes.changed(word(false, 0, 0)));
  EXPECT_EQ(lanes.stopped(), 1u);
  EXPECT_TRUE(lanes.changed(word(false, 0, 0))) << "the word of the second replay does";
}

TEST_F(lane_table_test, one_that_leaves_unsent_makes_room_without_having_ended) {
  place(1);
  place(2);
  lanes.forget(active());
  EXPECT_EQ(active(), no_slot);
}
