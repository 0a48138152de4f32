#include "core/dispatch/delivery_window.hpp"

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;

namespace {

delivery one(std::uint64_t seq) {
  delivery d;
  d.key = {seq, 0};
  d.event = tiny_event(seq);
  return d;
}

struct window_test : ::testing::Test {
  delivery_window w{8, 1u << 20};
  slot_index ready(std::uint64_t seq, bool retry = false) {
    const auto index = w.admit(one(seq), retry);
    w.make_ready(index);
    return index;
  }
};

}  // namespace

TEST_F(window_test, counts_what_it_holds_by_state_and_bytes) {
  const auto a = w.admit(one(1), false);
  const auto b = ready(2);
  const auto serial = w.start(b);
  EXPECT_EQ(w.count(slot_state::follower), 1u);
  EXPECT_EQ(w.count(slot_state::in_flight), 1u);
  EXPECT_EQ(w.room(), 6u);
  EXPECT_EQ(w.bytes_room(), w.bytes_max() - 2 * w.at(a).bytes);
  w.release(a);
  w.release(b);
  EXPECT_EQ(w.used(), 0u);
  EXPECT_EQ(w.bytes_room(), w.bytes_max());
  EXPECT_EQ(w.find(serial), no_slot);
}

TEST_F(window_test, a_serial_finds_its_attempt_and_no_later_one_of_the_slot) {
  const auto index = ready(1);
  const auto first = w.start(index);
  EXPECT_EQ(w.find(first), index);
  w.make_ready(index);
  EXPECT_EQ(w.find(first), no_slot);
  const auto second = w.start(index);
  EXPECT_EQ(w.find(first), no_slot);
  EXPECT_EQ(w.find(second), index);
  w.release(index);
  const auto other = ready(2);
  ASSERT_EQ(other, index) << "the slot is used again";
  w.start(other);
  EXPECT_EQ(w.find(second), no_slot);
}

TEST_F(window_test, gives_what_has_waited_longest_and_retries_apart) {
  ready(1);
  ready(2, true);
  ready(3);
  const auto first = w.next_fresh();
  EXPECT_EQ(w.at(first).what.key.seq, 1u);
  EXPECT_EQ(w.at(w.next_retry()).what.key.seq, 2u);
  w.start(first);
  EXPECT_EQ(w.at(w.next_fresh()).what.key.seq, 3u);
  w.make_ready(first);
  EXPECT_EQ(w.at(w.next_fresh()).what.key.seq, 1u) << "what comes back has waited longest";
  w.release(first);
  EXPECT_EQ(w.at(w.next_fresh()).what.key.seq, 3u);
  EXPECT_EQ(w.fresh_ready(), 1u);
  EXPECT_EQ(w.active_retries(), 1u);
}

TEST_F(window_test, a_slot_used_again_is_not_taken_for_its_former_place_in_the_queue) {
  const auto first = ready(1);
  ready(2);
  w.release(first);
  ASSERT_EQ(ready(3), first) << "the slot still stands in the queue, before 2";
  EXPECT_EQ(w.at(w.next_fresh()).what.key.seq, 2u);
}

TEST_F(window_test, probes_what_was_probed_least_from_either_end) {
  for (const std::uint64_t seq : {4, 2, 3}) ready(seq);
  const auto oldest = w.probe_candidate(false);
  EXPECT_EQ(w.at(oldest).what.key.seq, 2u);
  EXPECT_EQ(w.at(w.probe_candidate(true)).what.key.seq, 4u);
  ++w.at(oldest).probes;
  EXPECT_EQ(w.at(w.probe_candidate(false)).what.key.seq, 3u);
  EXPECT_EQ(delivery_window(4, 1).probe_candidate(true), no_slot);
}

TEST_F(window_test, followers_take_at_most_half_of_it) {
  for (std::uint64_t seq = 1; seq <= 4; ++seq) w.admit(one(seq), false);
  EXPECT_TRUE(w.followers_fit());
  EXPECT_EQ(w.follower_room(), 0u);
  w.admit(one(5), false);
  EXPECT_FALSE(w.followers_fit());
  const auto bytes = tiny_event(1)->bytes().size();
  delivery_window narrow{100, bytes * 3};
  narrow.admit(one(1), false);
  EXPECT_TRUE(narrow.followers_fit());
  narrow.admit(one(2), false);
  EXPECT_FALSE(narrow.followers_fit()) << "by bytes too";
  EXPECT_EQ(narrow.follower_bytes_room(), 0u);
}

TEST_F(window_test, knows_what_never_went_out) {
  const auto index = ready(1);
  EXPECT_TRUE(w.at(index).never_went_out());
  w.start(index);
  EXPECT_FALSE(w.at(index).never_went_out());
  w.make_ready(index);
  EXPECT_FALSE(w.at(index).never_went_out()) << "throttled, or a probe";
  w.release(index);
  EXPECT_TRUE(w.at(ready(2)).never_went_out());
}
