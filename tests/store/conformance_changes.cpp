// What operators do to deliveries that have not ended.

#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr lane_id lane = 42;
constexpr change_options retry_now{.what = delivery_change::retry};
constexpr change_options discard_it{.what = delivery_change::discard};
constexpr change_options bury_it{.what = delivery_change::dead_letter};

dead_letter_id id_of(connector_id connector, delivery_key key) {
  return {connector, key};
}

dead_letter_id id_of(connector_id connector, std::uint64_t seq) {
  return {connector, {.seq = seq, .part = 0}};
}

std::vector<std::string> codes(const bulk_result& became) {
  std::vector<std::string> all;
  for (const auto& one : became.refused) all.push_back(one.code);
  return all;
}

TEST_P(store_conformance, one_that_waits_for_its_time_is_due_at_once_when_an_operator_says_so) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries.at(0);
  settle(a, epoch, {retry_at(taken, now_ms + 3'600'000)});
  EXPECT_THAT(due(a, epoch).deliveries, IsEmpty());
  const auto became = change({id_of(a, taken.key)}, retry_now);
  EXPECT_EQ(became.done, 1u);
  ASSERT_EQ(became.changed.size(), 1u);
  EXPECT_EQ(became.changed[0].connector, a);
  const auto again = due(a, epoch).deliveries;
  ASSERT_THAT(ids(again), ElementsAre("1"));
  EXPECT_EQ(again[0].history.attempts, 1u);
  EXPECT_NE(again[0].rendered, nullptr);
}

TEST_P(store_conformance, what_does_not_wait_for_its_time_is_not_retried) {
  const auto a = connector("a");
  const auto pending = publish_to(a, "1");
  EXPECT_THAT(codes(change({id_of(a, pending), id_of(a, 999), id_of(77, 1)}, retry_now)),
              ElementsAre("not_waiting", "not_found", "not_found"));
}

TEST_P(store_conformance, an_operator_discards_what_waits_wherever_it_is) {
  const auto a = connector("a");
  std::vector<dead_letter_id> all;
  for (const auto* id : {"1", "2", "3", "4", "5"}) all.push_back(id_of(a, publish_to(a, id, lane)));
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 3).deliveries;
  settle(a, epoch,
         {retry_at(taken.at(0), now_ms + 500), aside(taken.at(1)), give_back(taken.at(2))});
  const auto became = change(all, discard_it);
  EXPECT_EQ(became.done, 5u);
  EXPECT_THAT(codes(became), IsEmpty());
  ASSERT_EQ(became.changed.size(), 1u);
  EXPECT_THAT(became.changed[0].ended, ElementsAre(taken.at(0).key));
  ASSERT_EQ(became.changed[0].lanes.size(), 1u);
  EXPECT_EQ(became.changed[0].lanes[0].aside_count, 0u);
  for (const auto* id : {"1", "2", "3", "4", "5"}) {
    EXPECT_EQ(state_of(id), delivery_state::discarded) << id;
    EXPECT_EQ(only_delivery(id).why, reason::discarded_by_operator) << id;
  }
  EXPECT_EQ(current().counts(a)->backlog, 0u);
  now_ms += 1000;
  EXPECT_THAT(fresh(a, epoch).deliveries, IsEmpty());
  EXPECT_THAT(due(a, epoch).deliveries, IsEmpty());
  EXPECT_THAT(lane_of(a, epoch, lane).deliveries, IsEmpty());
}

TEST_P(store_conformance, what_an_operator_discarded_stays_so_after_a_crash) {
  const auto a = connector("a");
  const auto first = publish_to(a, "1");
  const auto second = publish_to(a, "2");
  publish_to(a, "3");
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch, 1).deliveries.at(0), now_ms)});
  EXPECT_EQ(change({id_of(a, first), id_of(a, second)}, discard_it).done, 2u);
  if (!under_test().crash()) GTEST_SKIP();
  const auto opened = open(a);
  EXPECT_EQ(opened.backlog, 1u);
  EXPECT_THAT(ids(fresh(a, opened.epoch).deliveries), ElementsAre("3"));
  EXPECT_THAT(due(a, opened.epoch).deliveries, IsEmpty());
}

TEST_P(store_conformance, one_from_the_middle_of_the_log_ends_and_the_others_keep_their_order) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  publish_to(a, "2", lane);
  const auto third = publish_to(a, "3", lane);
  publish_to(a, "4", lane);
  const auto epoch = open(a).epoch;
  EXPECT_EQ(change({id_of(a, third)}, discard_it).done, 1u);
  publish_to(a, "5", lane);
  EXPECT_THAT(ids(fresh(a, epoch).deliveries), ElementsAre("1", "2", "4", "5"));
  EXPECT_EQ(current().counts(a)->backlog, 4u);
}

TEST_P(store_conformance, what_an_owner_has_is_its_own) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries.at(0);
  for (const auto& options : {retry_now, discard_it, bury_it})
    EXPECT_THAT(codes(change({id_of(a, taken.key)}, options)), ElementsAre("in_flight"));
  settle(a, epoch, {delivered(taken)});
  EXPECT_THAT(codes(change({id_of(a, taken.key)}, discard_it)), ElementsAre("not_found"));
}

TEST_P(store_conformance, an_operator_makes_dead_letters_that_stop_no_lane) {
  const auto a = connector("a");
  const auto second = [&] {
    publish_to(a, "1", lane);
    return publish_to(a, "2", lane);
  }();
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 1).deliveries.at(0);
  settle(a, epoch, {retry_at(taken, now_ms + 500)});
  EXPECT_EQ(change({id_of(a, taken.key), id_of(a, second)}, bury_it).done, 2u);
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].why, reason::dead_lettered_by_operator);
  EXPECT_EQ(letters[0].history.attempts, 1u);
  EXPECT_FALSE(letters[0].stops_lane);
  EXPECT_EQ(letters[1].history.attempts, 0u);
  EXPECT_EQ(current().counts(a)->dead_letters, 2u);
  EXPECT_EQ(current().counts(a)->lanes_stopped, 0u);
  EXPECT_EQ(replay({letters[0].id, letters[1].id}).done, 2u);
}

TEST_P(store_conformance, an_orphans_deliveries_can_be_discarded) {
  const auto a = connector("a");
  std::vector<dead_letter_id> all;
  for (const auto* id : {"1", "2", "3"}) all.push_back(id_of(a, publish_to(a, id)));
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch, 1).deliveries.at(0), now_ms)});
  flush();
  under_test().reopen();
  EXPECT_EQ(state_of("1"), delivery_state::orphaned);
  EXPECT_EQ(change({all[0], all[2]}, discard_it).done, 2u);
  EXPECT_EQ(state_of("1"), delivery_state::discarded);
  EXPECT_EQ(state_of("2"), delivery_state::orphaned);
  under_test().reopen();
  EXPECT_EQ(current().counts(a)->backlog, 1u);
  const auto again = open(a);
  EXPECT_THAT(ids(fresh(a, again.epoch).deliveries), ElementsAre("2"));
  EXPECT_THAT(due(a, again.epoch).deliveries, IsEmpty());
}

TEST_P(store_conformance, rerender_forgets_what_was_frozen_and_may_renew_the_key) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto pending = publish_to(a, "2");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 1).deliveries.at(0);
  settle(a, epoch, {retry_at(taken, now_ms + 500)});
  const change_options renewed{.what = delivery_change::rerender, .new_key = true};
  const auto became = change({id_of(a, taken.key), id_of(a, pending)}, renewed);
  EXPECT_EQ(became.done, 1u);
  EXPECT_THAT(codes(became), ElementsAre("not_attempted"));
  EXPECT_THAT(due(a, epoch).deliveries, IsEmpty()) << "its time is what it was";
  now_ms += 500;
  const auto again = due(a, epoch).deliveries;
  ASSERT_THAT(ids(again), ElementsAre("1"));
  EXPECT_EQ(again[0].rendered, nullptr);
  EXPECT_EQ(again[0].history.key_generation, 1u);
}

TEST_P(store_conformance, a_dry_run_counts_and_changes_nothing) {
  const auto a = connector("a");
  publish_to(a, "1", lane);
  const auto second = publish_to(a, "2", lane);
  const auto third = publish_to(a, "3", lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 1).deliveries.at(0);
  settle(a, epoch, {retry_at(taken, now_ms + 500)});
  for (const auto what :
       {delivery_change::discard, delivery_change::dead_letter, delivery_change::retry}) {
    const auto would =
        change({id_of(a, taken.key), id_of(a, second), id_of(a, third), id_of(a, 99)},
               {.what = what, .dry_run = true});
    EXPECT_EQ(would.done, what == delivery_change::retry ? 1u : 3u);
    EXPECT_THAT(would.changed, IsEmpty());
  }
  EXPECT_EQ(current().counts(a)->backlog, 3u);
  EXPECT_THAT(due(a, epoch).deliveries, IsEmpty());
  EXPECT_THAT(ids(fresh(a, epoch).deliveries), ElementsAre("2", "3"));
}

TEST_P(store_conformance, a_dry_run_of_a_replay_tells_what_would_overwrite_newer_truth) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2"}) publish_to(a, id, lane);
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries;
  settle(a, epoch, {dead(taken.at(0)), delivered(taken.at(1))});
  const auto would = replay({id_of(a, taken.at(0).key)}, {.dry_run = true});
  EXPECT_EQ(would.done, 0u);
  EXPECT_THAT(codes(would), ElementsAre("would_reorder"));
  const auto anyway = replay({id_of(a, taken.at(0).key)}, {.allow_reorder = true, .dry_run = true});
  EXPECT_EQ(anyway.done, 1u);
  EXPECT_THAT(anyway.changed, IsEmpty());
  EXPECT_EQ(dead_letters().size(), 1u);
}

}  // namespace
}  // namespace airtrain::conformance
