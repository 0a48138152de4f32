// Owners, fetching and settling.

#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(store_conformance, fresh_deliveries_come_in_commit_order_with_their_event_and_lane) {
  const auto a = connector("a");
  const auto b = connector("b");
  publish({item({.id = "1", .data = "{\"x\":1}"}, {{a, 7}, {b}})});
  publish({item({.id = "2"}, {{b}})});
  publish({item({.id = "3"}, {{a, 8}})});
  const auto got = fresh(a, open(a).epoch);
  ASSERT_THAT(ids(got.deliveries), ElementsAre("1", "3"));
  EXPECT_FALSE(got.more);
  EXPECT_EQ(got.deliveries[0].lane, 7u);
  EXPECT_EQ(got.deliveries[1].lane, 8u);
  EXPECT_EQ(got.deliveries[0].event->data(), "{\"x\":1}");
  EXPECT_EQ(got.deliveries[0].event->accepted_at_ms(), now_ms);
  EXPECT_EQ(got.deliveries[0].history.attempts, 0u);
  EXPECT_EQ(got.deliveries[0].rendered, nullptr);
  EXPECT_THAT(ids(fresh(b, open(b).epoch).deliveries), ElementsAre("1", "2"));
}

TEST_P(store_conformance, fetch_stops_at_its_count_and_says_that_there_is_more) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3"}) publish_to(a, id);
  const auto epoch = open(a).epoch;
  const auto first = fresh(a, epoch, 2);
  EXPECT_THAT(ids(first.deliveries), ElementsAre("1", "2"));
  EXPECT_TRUE(first.more);
  const auto rest = fresh(a, epoch, 2);
  EXPECT_THAT(ids(rest.deliveries), ElementsAre("3"));
  EXPECT_FALSE(rest.more);
}

TEST_P(store_conformance, fetch_stops_at_its_bytes_but_always_gives_one) {
  const auto a = connector("a");
  const std::string big(1000, 'x');
  for (const auto* id : {"1", "2", "3"})
    publish({item({.id = id, .data = "\"" + big + "\""}, {{a}})});
  const auto epoch = open(a).epoch;
  const auto one = fetch(a, epoch, {.what = fetch_kind::fresh, .count_max = 100, .bytes_max = 1});
  EXPECT_THAT(ids(one.deliveries), ElementsAre("1"));
  EXPECT_TRUE(one.more);
  const auto next =
      fetch(a, epoch, {.what = fetch_kind::fresh, .count_max = 100, .bytes_max = 1500});
  EXPECT_THAT(ids(next.deliveries), ElementsAre("2"));
  EXPECT_TRUE(next.more);
}

TEST_P(store_conformance, what_was_taken_does_not_come_again) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  EXPECT_EQ(fresh(a, epoch).deliveries.size(), 1u);
  EXPECT_THAT(fresh(a, epoch).deliveries, IsEmpty());
}

TEST_P(store_conformance, the_owner_is_told_of_work_once_per_idle_period) {
  const auto a = connector("a");
  const auto epoch = open(a).epoch;
  EXPECT_FALSE(fresh(a, epoch).more);
  EXPECT_EQ(work_calls, 0);
  publish_to(a, "1");
  wait_until([&] { return work_calls == 1; });
  publish_to(a, "2");
  publish_to(a, "3");
  flush();
  EXPECT_EQ(work_calls, 1) << "told again without having asked";
  EXPECT_THAT(ids(fresh(a, epoch).deliveries), ElementsAre("1", "2", "3"));
  publish_to(a, "4");
  wait_until([&] { return work_calls == 2; });
}

TEST_P(store_conformance, an_owner_that_knows_of_more_is_not_told) {
  const auto a = connector("a");
  const auto epoch = open(a).epoch;
  publish_to(a, "1");
  publish_to(a, "2");
  EXPECT_TRUE(fresh(a, epoch, 1).more);
  publish_to(a, "3");
  flush();
  EXPECT_EQ(work_calls, 0);
}

TEST_P(store_conformance, work_for_others_does_not_wake_an_owner) {
  const auto a = connector("a");
  const auto b = connector("b");
  fresh(a, open(a).epoch);
  publish_to(b, "1");
  flush();
  EXPECT_EQ(work_calls, 0);
}

TEST_P(store_conformance, a_newer_owner_fences_the_older_one) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto old_epoch = open(a).epoch;
  const auto taken = fresh(a, old_epoch).deliveries.at(0);
  const auto new_epoch = open(a).epoch;
  EXPECT_GT(new_epoch, old_epoch);

  const auto refused = await<result<fetch_result, store_error>>(
      [&](auto then) { current().fetch(a, old_epoch, {.count_max = 1, .bytes_max = 1}, then); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, store_error_code::fenced);
  settle(a, old_epoch, {delivered(taken)});
  current().save_owner_state(a, old_epoch, "of the old one");
  flush();
  EXPECT_FALSE(ended(state_of("1")));
  EXPECT_GE(current().figures().fenced_writes, 1u);
  EXPECT_THAT(ids(fresh(a, new_epoch).deliveries), ElementsAre("1"));
  EXPECT_EQ(open(a).owner_state, "");
}

TEST_P(store_conformance, epochs_grow_over_restarts) {
  const auto a = connector("a");
  const auto before = open(a).epoch;
  under_test().reopen();
  EXPECT_GT(open(a).epoch, before);
}

TEST_P(store_conformance, taken_and_unsettled_deliveries_come_again_first_after_a_restart) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3", "4"}) publish_to(a, id);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 3).deliveries;
  settle(a, epoch, {delivered(taken.at(1))});
  under_test().reopen();
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1", "3", "4"));
}

TEST_P(store_conformance, taken_and_unsettled_deliveries_come_again_first_for_a_new_owner) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3", "4"}) publish_to(a, id);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 3).deliveries;
  settle(a, epoch, {delivered(taken.at(1))});
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1", "3", "4"));
}

TEST_P(store_conformance, a_delivered_one_has_ended_for_good) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  EXPECT_EQ(state_of("1"), delivery_state::delivered) << "visible at once";
  EXPECT_EQ(current().counts(a)->backlog, 0u);
  flush();
  under_test().reopen();
  EXPECT_EQ(state_of("1"), delivery_state::delivered);
  EXPECT_THAT(fresh(a, open(a).epoch).deliveries, IsEmpty());
}

TEST_P(store_conformance, a_discarded_one_has_ended_for_good) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  auto ending = uncounted(delivered(fresh(a, epoch).deliveries.at(0)), settlement::kind::discarded);
  ending.why = reason::superseded;
  settle(a, epoch, {ending});
  under_test().reopen();
  EXPECT_EQ(state_of("1"), delivery_state::discarded);
  EXPECT_THAT(fresh(a, open(a).epoch).deliveries, IsEmpty());
  EXPECT_THAT(dead_letters(), IsEmpty());
}

TEST_P(store_conformance, what_is_given_back_comes_as_if_it_had_not_been_taken) {
  const auto a = connector("a");
  publish_to(a, "1");
  publish_to(a, "2");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {give_back(taken.at(0))});
  const auto again = fresh(a, open(a).epoch);
  EXPECT_THAT(ids(again.deliveries), ElementsAre("1", "2"));
  EXPECT_EQ(again.deliveries.at(0).history.attempts, 0u);
  EXPECT_THAT(only_delivery("1").attempts, IsEmpty());
}

TEST_P(store_conformance, a_failed_one_comes_again_when_it_is_due) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch).deliveries.at(0), now_ms + 1000)});
  EXPECT_THAT(fresh(a, epoch).deliveries, IsEmpty());

  const auto early = due(a, epoch);
  EXPECT_THAT(early.deliveries, IsEmpty());
  EXPECT_EQ(early.next_due_ms, now_ms + 1000);
  now_ms += 1000;
  const auto got = due(a, epoch);
  ASSERT_THAT(ids(got.deliveries), ElementsAre("1"));
  EXPECT_EQ(got.next_due_ms, 0);
  EXPECT_EQ(got.deliveries[0].history.attempts, 1u);
  EXPECT_THAT(due(a, epoch).deliveries, IsEmpty()) << "taken";
}

TEST_P(store_conformance, a_failed_one_keeps_its_rendered_parts_and_history_over_a_restart) {
  const auto a = connector("a");
  publish_to(a, "1", 5);
  const auto epoch = open(a).epoch;
  auto failed = retry_at(fresh(a, epoch).deliveries.at(0), now_ms + 1000);
  failed.history.event_scope_failures = 2;
  failed.history.first_attempt_at_ms = 11;
  failed.history.last_attempt_at_ms = 12;
  failed.history.first_event_failure_reachable_ms = 13;
  failed.history.delivered_at_last_failure = 14;
  failed.history.lift_deadline = true;
  failed.history.key_generation = 3;
  settle(a, epoch, {failed});
  under_test().reopen();
  const auto opened = open(a);
  EXPECT_EQ(opened.next_due_ms, now_ms + 1000);
  EXPECT_EQ(opened.backlog, 1u);
  now_ms += 1000;
  const auto got = due(a, opened.epoch).deliveries.at(0);
  EXPECT_EQ(got.lane, 5u);
  EXPECT_EQ(got.history.attempts, 1u);
  EXPECT_EQ(got.history.event_scope_failures, 2u);
  EXPECT_EQ(got.history.first_attempt_at_ms, 11);
  EXPECT_EQ(got.history.last_attempt_at_ms, 12);
  EXPECT_EQ(got.history.first_event_failure_reachable_ms, 13);
  EXPECT_EQ(got.history.delivered_at_last_failure, 14u);
  EXPECT_TRUE(got.history.lift_deadline);
  EXPECT_EQ(got.history.key_generation, 3u);
  ASSERT_TRUE(got.rendered);
  EXPECT_EQ(got.rendered->target, "/shifts");
  EXPECT_EQ(got.rendered->headers, "X-A: 1\r\n");
  EXPECT_EQ(got.rendered->body, "rendered body");
  EXPECT_FALSE(got.rendered->body_is_event_data);
}

TEST_P(store_conformance, due_ones_come_in_order_of_their_time) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3"}) publish_to(a, id);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch,
         {retry_at(taken.at(0), now_ms + 300), retry_at(taken.at(1), now_ms + 100),
          retry_at(taken.at(2), now_ms + 200)});
  EXPECT_EQ(due(a, epoch).next_due_ms, now_ms + 100);
  now_ms += 200;
  const auto first = due(a, epoch, false, 1);
  EXPECT_THAT(ids(first.deliveries), ElementsAre("2"));
  EXPECT_TRUE(first.more);
  const auto second = due(a, epoch);
  EXPECT_THAT(ids(second.deliveries), ElementsAre("3"));
  EXPECT_EQ(second.next_due_ms, now_ms + 100);
}

TEST_P(store_conformance, those_that_wait_on_the_connector_can_be_released_before_their_time) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3"}) publish_to(a, id);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch,
         {retry_at(taken.at(0), now_ms + 9000, failure_scope::connector),
          retry_at(taken.at(1), now_ms + 100, failure_scope::event),
          retry_at(taken.at(2), now_ms + 5000, failure_scope::connector)});
  under_test().reopen();
  const auto opened = open(a);
  EXPECT_THAT(due(a, opened.epoch).deliveries, IsEmpty());
  const auto released = due(a, opened.epoch, true);
  EXPECT_THAT(ids(released.deliveries), ::testing::UnorderedElementsAre("1", "3"));
  EXPECT_EQ(released.next_due_ms, now_ms + 100);
}

TEST_P(store_conformance, a_failed_one_that_was_taken_again_survives_a_restart) {
  const auto a = connector("a");
  publish_to(a, "1");
  auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch).deliveries.at(0), now_ms + 10)});
  now_ms += 10;
  EXPECT_EQ(due(a, epoch).deliveries.size(), 1u);
  under_test().reopen();
  epoch = open(a).epoch;
  const auto again = due(a, epoch).deliveries;
  ASSERT_THAT(ids(again), ElementsAre("1"));
  EXPECT_EQ(again[0].history.attempts, 1u);
  settle(a, epoch, {delivered(again[0])});
  EXPECT_EQ(state_of("1"), delivery_state::delivered);
  EXPECT_EQ(due(a, epoch).next_due_ms, 0);
}

TEST_P(store_conformance, the_owners_state_comes_back) {
  const auto a = connector("a");
  const auto first = open(a);
  EXPECT_EQ(first.owner_state, "");
  current().save_owner_state(a, first.epoch, "one");
  current().save_owner_state(a, first.epoch, std::string("two\0!", 5));
  flush();
  under_test().reopen();
  EXPECT_EQ(open(a).owner_state, std::string("two\0!", 5));
}

TEST_P(store_conformance, what_was_flushed_survives_a_crash) {
  const auto a = connector("a");
  publish_to(a, "1");
  publish_to(a, "2");
  const auto first = open(a);
  const auto taken = fresh(a, first.epoch).deliveries;
  settle(a, first.epoch, {delivered(taken.at(0))});
  current().save_owner_state(a, first.epoch, "kept");
  flush();
  if (!under_test().crash()) GTEST_SKIP() << "this backend can't crash";
  const auto second = open(a);
  EXPECT_GT(second.epoch, first.epoch);
  EXPECT_EQ(second.owner_state, "kept");
  EXPECT_EQ(state_of("1"), delivery_state::delivered);
  EXPECT_THAT(ids(fresh(a, second.epoch).deliveries), ElementsAre("2"));
}

TEST_P(store_conformance, what_was_answered_survives_a_crash) {
  const auto a = connector("a");
  publish_to(a, "1");
  if (!under_test().crash()) GTEST_SKIP() << "this backend can't crash";
  EXPECT_EQ(publish({item({.id = "1"}, {{a}})}).events.at(0).status, publish_status::duplicate);
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1"));
}

}  // namespace
}  // namespace airtrain::conformance
