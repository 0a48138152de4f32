// Lanes, dead letters, replay and discard.

#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr lane_id lane = 42;
constexpr lane_id other_lane = 43;

TEST_P(store_conformance, what_was_moved_aside_comes_by_its_lane_in_commit_order) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", other_lane);
  publish_to(a, "3", lane);
  publish_to(a, "4", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {aside(taken.at(0)), aside(taken.at(1))});
  settle(a, epoch, {aside(taken.at(2)), aside(taken.at(3))});
  EXPECT_THAT(fresh(a, epoch).deliveries, IsEmpty());
  EXPECT_THAT(due(a, epoch, true).deliveries, IsEmpty());
  const auto first = lane_of(a, epoch, lane, 2);
  EXPECT_THAT(ids(first.deliveries), ElementsAre("1", "3"));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.deliveries.at(0).lane, lane);
  const auto rest = lane_of(a, epoch, lane);
  EXPECT_THAT(ids(rest.deliveries), ElementsAre("4"));
  EXPECT_FALSE(rest.more);
  EXPECT_THAT(ids(lane_of(a, epoch, other_lane).deliveries), ElementsAre("2"));
}

TEST_P(store_conformance, a_lane_keeps_commit_order_however_often_it_moves_aside) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3"}) publish_to(a, id, lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {aside(taken.at(1)), aside(taken.at(2))});
  const auto again = lane_of(a, epoch, lane).deliveries;
  settle(a, epoch, {aside(again.at(1)), aside(again.at(0)), aside(taken.at(0))});
  EXPECT_THAT(ids(lane_of(a, epoch, lane).deliveries), ElementsAre("1", "2", "3"));
}

TEST_P(store_conformance, a_new_owner_is_told_which_lanes_are_blocked) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  publish_to(a, "3", lane);
  publish_to(a, "4", other_lane);
  publish_to(a, "5");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch,
         {retry_at(taken.at(0), now_ms + 500), aside(taken.at(1)), aside(taken.at(2)),
          delivered(taken.at(3)), retry_at(taken.at(4), now_ms + 900)});
  under_test().reopen();
  const auto opened = open(a);
  ASSERT_EQ(opened.blocked.size(), 1u) << "only lanes with something off the log";
  const auto& blocked = opened.blocked[0];
  EXPECT_EQ(blocked.lane, lane);
  EXPECT_FALSE(blocked.stopped);
  EXPECT_EQ(blocked.aside_count, 2u);
  EXPECT_EQ(blocked.first_aside, taken.at(1).key);
  EXPECT_EQ(blocked.waiting, std::vector{taken.at(0).key});
  EXPECT_EQ(opened.backlog, 4u);
  EXPECT_EQ(opened.next_due_ms, now_ms + 500);
}

TEST_P(store_conformance, a_new_owner_is_told_how_far_earlier_ones_have_come) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  publish_to(a, "3", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {aside(taken.at(1)), aside(taken.at(2))});
  under_test().reopen();
  EXPECT_GT(open(a).next, taken.at(2).key.seq) << "the first comes fresh, and before the third";
}

TEST_P(store_conformance, what_was_taken_from_a_lane_is_there_again_after_a_restart) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {aside(taken.at(0)), aside(taken.at(1))});
  EXPECT_EQ(lane_of(a, epoch, lane).deliveries.size(), 2u);
  under_test().reopen();
  const auto opened = open(a);
  ASSERT_EQ(opened.blocked.size(), 1u);
  EXPECT_EQ(opened.blocked[0].aside_count, 2u);
  EXPECT_THAT(ids(lane_of(a, opened.epoch, lane).deliveries), ElementsAre("1", "2"));
}

TEST_P(store_conformance, a_lane_that_has_drained_is_not_blocked) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  const auto epoch = open(a).epoch;
  settle(a, epoch, {aside(fresh(a, epoch).deliveries.at(0))});
  settle(a, epoch, {delivered(lane_of(a, epoch, lane).deliveries.at(0))});
  under_test().reopen();
  EXPECT_THAT(open(a).blocked, IsEmpty());
}

TEST_P(store_conformance, a_failed_one_may_be_moved_aside_and_keeps_its_history) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch).deliveries.at(0), now_ms)});
  settle(a, epoch, {aside(due(a, epoch).deliveries.at(0))});
  EXPECT_EQ(due(a, epoch, true).next_due_ms, 0);
  under_test().reopen();
  const auto got = lane_of(a, open(a).epoch, lane).deliveries;
  ASSERT_THAT(ids(got), ElementsAre("1"));
  EXPECT_EQ(got[0].history.attempts, 1u);
  ASSERT_TRUE(got[0].rendered);
  EXPECT_EQ(got[0].rendered->body, "rendered body");
  EXPECT_EQ(only_delivery("1").attempts.size(), 1u);
}

TEST_P(store_conformance, a_failed_one_from_a_lane_comes_again_by_its_time) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {aside(taken.at(0)), aside(taken.at(1))});
  const auto head = lane_of(a, epoch, lane, 1).deliveries.at(0);
  settle(a, epoch, {retry_at(head, now_ms + 5)});
  EXPECT_THAT(ids(lane_of(a, epoch, lane).deliveries), ElementsAre("2"));
  now_ms += 5;
  EXPECT_THAT(ids(due(a, epoch).deliveries), ElementsAre("1"));
}

// --- Dead letters.

TEST_P(store_conformance, a_dead_letter_is_kept_with_all_that_is_known_of_it) {
  const auto a = connector("payroll");
  publish({item({.id = "1", .type = "shift"}, {{a, lane}})});
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch).deliveries.at(0), now_ms)});
  const auto again = due(a, epoch).deliveries.at(0);
  auto ending = dead(again, reason::max_attempts);
  ending.limit = "max_attempts";
  ending.group = 9;
  settle(a, epoch, {ending});
  flush();
  under_test().reopen();

  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1u);
  const auto& letter = letters[0];
  EXPECT_EQ(letter.id, (dead_letter_id{a, again.key}));
  EXPECT_EQ(letter.connector_name, "payroll");
  EXPECT_EQ(letter.event->id(), "1");
  EXPECT_EQ(letter.state, delivery_state::dead);
  EXPECT_EQ(letter.lane, lane);
  EXPECT_FALSE(letter.stops_lane);
  EXPECT_EQ(letter.why, reason::max_attempts);
  EXPECT_EQ(letter.limit, "max_attempts");
  EXPECT_EQ(letter.group, 9u);
  EXPECT_EQ(letter.history.attempts, 2u);
  EXPECT_EQ(letter.last.n, 2u);
  EXPECT_EQ(letter.last.status, 422);
  EXPECT_EQ(letter.last.answer, "no such employee");
  ASSERT_TRUE(letter.rendered);
  EXPECT_EQ(letter.rendered->body, "rendered body");

  const auto found = await<result<dead_letter, store_error>>(
      [&](auto then) { current().find_dead_letter(letter.id, then); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->event->id(), "1");
  const auto missing = await<result<dead_letter, store_error>>([&](auto then) {
    current().find_dead_letter({a, {again.key.seq + 1, 0}}, then);
  });
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, store_error_code::not_found);
  EXPECT_EQ(current().counts(a)->dead_letters, 1u);
  EXPECT_EQ(current().counts(a)->backlog, 0u);
}

TEST_P(store_conformance, expired_ones_are_kept_beside_the_dead_letters) {
  const auto a = connector("a");
  publish_to(a, "1");
  publish_to(a, "2");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  auto late = uncounted(dead(taken.at(0), reason::deadline_passed), settlement::kind::expired);
  settle(a, epoch, {late, dead(taken.at(1))});
  dead_letter_query query;
  query.state = delivery_state::expired;
  const auto expired = dead_letters(query);
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].event->id(), "1");
  EXPECT_EQ(expired[0].why, reason::deadline_passed);
  EXPECT_EQ(dead_letters().size(), 1u);
  EXPECT_EQ(state_of("1"), delivery_state::expired);
  EXPECT_EQ(current().counts(a)->dead_letters, 2u);
}

TEST_P(store_conformance, a_dead_letter_stops_its_lane_when_told_to) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {dead(taken.at(0), reason::answered, true), aside(taken.at(1))});
  EXPECT_EQ(current().counts(a)->lanes_stopped, 1u);
  under_test().reopen();
  EXPECT_EQ(current().counts(a)->lanes_stopped, 1u);
  const auto opened = open(a);
  ASSERT_EQ(opened.blocked.size(), 1u);
  EXPECT_TRUE(opened.blocked[0].stopped);
  EXPECT_EQ(opened.blocked[0].stopped_by, taken.at(0).key);
  EXPECT_EQ(opened.blocked[0].aside_count, 1u);
  EXPECT_EQ(opened.blocked[0].first_aside, taken.at(1).key);
  EXPECT_TRUE(dead_letters().at(0).stops_lane);
}

TEST_P(store_conformance, a_stopped_lane_is_blocked_with_nothing_aside_too) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  const auto epoch = open(a).epoch;
  settle(a, epoch, {dead(fresh(a, epoch).deliveries.at(0), reason::answered, true)});
  under_test().reopen();
  const auto opened = open(a);
  ASSERT_EQ(opened.blocked.size(), 1u);
  EXPECT_TRUE(opened.blocked[0].stopped);
  EXPECT_EQ(opened.blocked[0].aside_count, 0u);
}

TEST_P(store_conformance, a_replay_takes_its_original_place_in_a_stopped_lane) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3"}) publish_to(a, id, lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch,
         {dead(taken.at(0), reason::answered, true), aside(taken.at(1)), aside(taken.at(2))});
  const auto done = replay({{a, taken.at(0).key}});
  EXPECT_EQ(done.done, 1u);
  EXPECT_THAT(done.refused, IsEmpty());
  ASSERT_EQ(done.changed.size(), 1u);
  EXPECT_EQ(done.changed[0].connector, a);
  ASSERT_EQ(done.changed[0].lanes.size(), 1u);
  EXPECT_EQ(done.changed[0].lanes[0].lane, lane);
  EXPECT_FALSE(done.changed[0].lanes[0].stopped);
  EXPECT_EQ(done.changed[0].lanes[0].aside_count, 3u);
  EXPECT_EQ(done.changed[0].lanes[0].first_aside, taken.at(0).key);

  EXPECT_EQ(current().counts(a)->lanes_stopped, 0u);
  EXPECT_EQ(current().counts(a)->dead_letters, 0u);
  EXPECT_EQ(current().counts(a)->backlog, 3u);
  under_test().reopen();
  EXPECT_THAT(ids(lane_of(a, open(a).epoch, lane).deliveries), ElementsAre("1", "2", "3"));
}

TEST_P(store_conformance, a_replay_resets_the_clock_and_keeps_key_and_body) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch).deliveries.at(0), now_ms)});
  auto ending = dead(due(a, epoch).deliveries.at(0));
  ending.history.event_scope_failures = 5;
  ending.history.first_event_failure_reachable_ms = 100;
  settle(a, epoch, {ending});
  replay({{a, ending.key}});
  const auto again = lane_of(a, epoch, lane).deliveries.at(0);
  EXPECT_EQ(again.history.attempts, 2u);
  EXPECT_EQ(again.history.event_scope_failures, 0u);
  EXPECT_EQ(again.history.first_event_failure_reachable_ms, -1);
  EXPECT_TRUE(again.history.lift_deadline);
  EXPECT_EQ(again.history.key_generation, 0u);
  ASSERT_TRUE(again.rendered);
  EXPECT_EQ(again.rendered->body, "rendered body");
  EXPECT_EQ(only_delivery("1").attempts.size(), 2u);
}

TEST_P(store_conformance, a_replay_may_take_a_new_key) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries.at(0);
  settle(a, epoch, {dead(taken)});
  replay({{a, taken.key}}, {.new_key = true});
  EXPECT_EQ(lane_of(a, epoch, lane).deliveries.at(0).history.key_generation, 1u);
}

TEST_P(store_conformance, a_replay_without_a_lane_is_due_at_once) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries.at(0);
  settle(a, epoch, {dead(taken)});
  const auto done = replay({{a, taken.key}});
  ASSERT_EQ(done.changed.size(), 1u);
  EXPECT_EQ(done.changed[0].connector, a);
  EXPECT_THAT(done.changed[0].lanes, IsEmpty());
  EXPECT_THAT(ids(due(a, epoch).deliveries), ElementsAre("1"));
  EXPECT_THAT(dead_letters(), IsEmpty());
}

TEST_P(store_conformance, an_expired_one_can_be_replayed) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries.at(0);
  settle(a, epoch, {uncounted(dead(taken, reason::deadline_passed), settlement::kind::expired)});
  EXPECT_EQ(replay({{a, taken.key}}).done, 1u);
  const auto again = due(a, epoch).deliveries;
  ASSERT_THAT(ids(again), ElementsAre("1"));
  EXPECT_TRUE(again[0].history.lift_deadline);
}

TEST_P(store_conformance, what_is_no_dead_letter_cannot_be_replayed) {
  const auto a = connector("a");
  publish_to(a, "1");
  publish_to(a, "2");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {delivered(taken.at(0)), dead(taken.at(1))});
  const dead_letter_id unknown{a + 7, {1, 0}};
  const auto done = replay({{a, taken.at(0).key}, {a, taken.at(1).key}, unknown});
  EXPECT_EQ(done.done, 1u);
  ASSERT_EQ(done.refused.size(), 2u);
  for (const auto& refusal : done.refused) EXPECT_EQ(refusal.code, "not_found");
  EXPECT_EQ(replay({{a, taken.at(1).key}}).refused.at(0).code, "not_found") << "replayed already";
}

TEST_P(store_conformance, a_later_one_that_an_uncounted_attempt_may_have_delivered_is_newer_truth) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  auto end = uncounted(delivered(taken.at(1)), settlement::kind::discarded);
  end.history = taken.at(1).history;
  end.attempt = {};
  end.unknown_effect = true;
  settle(a, epoch, {dead(taken.at(0)), end});
  flush();
  under_test().reopen();
  const auto refused = replay({{a, taken.at(0).key}});
  ASSERT_EQ(refused.refused.size(), 1u);
  EXPECT_EQ(refused.refused[0].code, "would_reorder");
}

TEST_P(store_conformance, a_replay_that_would_overwrite_newer_truth_is_refused_unless_allowed) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {dead(taken.at(0)), delivered(taken.at(1))});
  flush();
  under_test().reopen();
  const auto refused = replay({{a, taken.at(0).key}});
  EXPECT_EQ(refused.done, 0u);
  ASSERT_EQ(refused.refused.size(), 1u);
  EXPECT_EQ(refused.refused[0].code, "would_reorder");
  EXPECT_EQ(refused.refused[0].id, (dead_letter_id{a, taken.at(0).key}));
  EXPECT_EQ(dead_letters().size(), 1u);
  EXPECT_EQ(replay({{a, taken.at(0).key}}, {.allow_reorder = true}).done, 1u);
}

TEST_P(store_conformance, a_replay_before_anything_newer_of_its_lane_is_fine) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {delivered(taken.at(0)), dead(taken.at(1))});
  EXPECT_EQ(replay({{a, taken.at(1).key}}).done, 1u);
}

TEST_P(store_conformance, one_request_replays_a_lane_in_commit_order) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3"}) publish_to(a, id, lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {dead(taken.at(0)), dead(taken.at(1)), dead(taken.at(2))});
  const auto done = replay({{a, taken.at(2).key}, {a, taken.at(0).key}, {a, taken.at(1).key}});
  EXPECT_EQ(done.done, 3u);
  EXPECT_THAT(ids(lane_of(a, epoch, lane).deliveries), ElementsAre("1", "2", "3"));
}

TEST_P(store_conformance, discarding_what_stopped_a_lane_lets_it_flow) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {dead(taken.at(0), reason::answered, true), aside(taken.at(1))});
  const auto done = discard({{a, taken.at(0).key}});
  EXPECT_EQ(done.done, 1u);
  ASSERT_EQ(done.changed.size(), 1u);
  ASSERT_EQ(done.changed[0].lanes.size(), 1u);
  EXPECT_FALSE(done.changed[0].lanes[0].stopped);
  EXPECT_EQ(done.changed[0].lanes[0].aside_count, 1u);
  EXPECT_EQ(done.changed[0].lanes[0].first_aside, taken.at(1).key);
  EXPECT_EQ(state_of("1"), delivery_state::discarded);
  EXPECT_EQ(only_delivery("1").why, reason::discarded_by_operator);
  EXPECT_EQ(current().counts(a)->lanes_stopped, 0u);
  under_test().reopen();
  const auto opened = open(a);
  ASSERT_EQ(opened.blocked.size(), 1u);
  EXPECT_FALSE(opened.blocked[0].stopped);
  EXPECT_EQ(state_of("1"), delivery_state::discarded);
}

TEST_P(store_conformance, a_lane_stays_stopped_until_all_that_stopped_it_is_decided) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch,
         {dead(taken.at(0), reason::answered, true), dead(taken.at(1), reason::answered, true)});
  const auto first = discard({{a, taken.at(0).key}});
  ASSERT_EQ(first.changed.size(), 1u);
  EXPECT_TRUE(first.changed[0].lanes.at(0).stopped);
  EXPECT_EQ(first.changed[0].lanes.at(0).stopped_by, taken.at(1).key);
  const auto second = discard({{a, taken.at(1).key}});
  EXPECT_FALSE(second.changed.at(0).lanes.at(0).stopped);
}

TEST_P(store_conformance, what_is_no_dead_letter_cannot_be_discarded) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  const auto key = fresh(a, epoch).deliveries.at(0).key;
  const auto done = discard({{a, key}});
  EXPECT_EQ(done.done, 0u);
  EXPECT_EQ(done.refused.at(0).code, "not_found");
  EXPECT_FALSE(ended(state_of("1")));
}

}  // namespace
}  // namespace airtrain::conformance
