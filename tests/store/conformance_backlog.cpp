// Limits of backlogs: what waits is counted in bytes, and what does not fit is not taken.

#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::uint64_t size_of(const std::string& id, const std::string& data = "{}") {
  return sealed({.id = id, .data = data}, 1)->bytes().size();
}

/// Room for so many events with ids of one character.
backlog_limit room_for(std::uint64_t events, when_full then = when_full::refuse) {
  return {.bytes_max = events * size_of("1"), .then = then};
}

std::uint64_t waiting(store& in, connector_id id) {
  return in.counts(id)->backlog_bytes;
}

TEST_P(store_conformance, what_waits_is_counted_in_bytes) {
  const auto a = connector("a");
  const auto b = connector("b");
  publish({item({.id = "1"}, {{a}, {b}})});
  publish_to(a, "2");
  EXPECT_EQ(waiting(current(), a), 2 * size_of("1"));
  EXPECT_EQ(waiting(current(), b), size_of("1"));
  EXPECT_EQ(current().counts(a)->backlog_bytes_max, 0u);
}

TEST_P(store_conformance, each_end_of_a_delivery_leaves_the_bytes_and_a_replay_brings_them_back) {
  const auto a = connector("a");
  for (const auto* id : {"1", "2", "3", "4", "5"}) publish_to(a, id, 7);
  const auto epoch = open(a).epoch;
  const auto got = fresh(a, epoch).deliveries;
  settle(a, epoch,
         {delivered(got.at(0)), dead(got.at(1)), retry_at(got.at(2), now_ms + 1000),
          aside(got.at(3)), give_back(got.at(4))});
  flush();
  EXPECT_EQ(waiting(current(), a), 3 * size_of("1"));
  EXPECT_EQ(replay({{a, got.at(1).key}}, {.allow_reorder = true}).done, 1u);
  EXPECT_EQ(waiting(current(), a), 4 * size_of("1"));
  EXPECT_EQ(change({{a, got.at(2).key}}, {.what = delivery_change::discard}).done, 1u);
  EXPECT_EQ(waiting(current(), a), 3 * size_of("1"));
}

TEST_P(store_conformance, what_waits_is_known_right_after_a_restart) {
  const auto a = connector("a");
  const auto b = connector("b");
  for (const auto* id : {"1", "2", "3", "4", "5", "6"})
    publish({item({.id = id, .data = std::string(30 * static_cast<std::size_t>(*id - '0'), 'x')},
                  {{a, 7}, {b}})});
  const auto epoch = open(a).epoch;
  const auto got = fresh(a, epoch, 5).deliveries;
  settle(a, epoch,
         {delivered(got.at(0)), dead(got.at(1)), retry_at(got.at(2), now_ms + 1000),
          aside(got.at(3))});
  flush();
  const auto of_a = waiting(current(), a);
  const auto of_b = waiting(current(), b);
  EXPECT_GT(of_a, 0u);
  EXPECT_GT(of_b, of_a);
  under_test().reopen();
  EXPECT_EQ(waiting(current(), a), of_a);
  EXPECT_EQ(waiting(current(), b), of_b);
  if (!under_test().crash()) return;
  EXPECT_EQ(waiting(current(), a), of_a);
  EXPECT_EQ(waiting(current(), b), of_b);
  // What comes again leaves them as it came.
  const auto next = open(a).epoch;
  for (const auto& one : fresh(a, next).deliveries) settle(a, next, {delivered(one)});
  now_ms += 2000;
  for (const auto& one : due(a, next).deliveries) settle(a, next, {delivered(one)});
  for (const auto& one : lane_of(a, next, 7).deliveries) settle(a, next, {delivered(one)});
  EXPECT_EQ(waiting(current(), a), 0u);
  EXPECT_EQ(current().counts(a)->backlog, 0u);
}

TEST_P(store_conformance, an_event_that_finds_a_backlog_full_is_refused_whole_with_its_request) {
  const auto a = connector("a");
  const auto b = connector("b");
  current().limit_backlog(a, room_for(2));
  EXPECT_EQ(current().counts(a)->backlog_bytes_max, 2 * size_of("1"));
  publish_to(a, "1");
  const auto refused =
      publish({item({.id = "2"}, {{b}}), item({.id = "3"}, {{a}}), item({.id = "4"}, {{a}, {b}})});
  EXPECT_EQ(refused.error.code, store_error_code::none);
  ASSERT_EQ(refused.events.size(), 3u);
  EXPECT_EQ(refused.events[0].status, publish_status::refused);
  EXPECT_EQ(refused.events[1].status, publish_status::refused);
  EXPECT_EQ(refused.events[2].status, publish_status::full);
  EXPECT_THAT(refused.events[2].full, ElementsAre(a));
  EXPECT_THAT(details("2"), IsEmpty());
  EXPECT_THAT(details("4"), IsEmpty());
  EXPECT_EQ(current().counts(b)->backlog, 0u);
  // What the refused request would have taken is free for the next.
  publish_to(a, "5");
  EXPECT_EQ(waiting(current(), a), 2 * size_of("1"));
  publish_to(b, "6");
}

TEST_P(store_conformance, requests_of_one_commit_share_the_room) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(2));
  const auto results = publish_all({{{item({.id = "1"}, {{a}})}},
                                    {{item({.id = "2"}, {{a}}), item({.id = "3"}, {{a}})}},
                                    {{item({.id = "4"}, {{a}})}},
                                    {{item({.id = "5"}, {{a}})}}});
  EXPECT_EQ(results.at(0).events.at(0).status, publish_status::accepted);
  EXPECT_EQ(results.at(1).events.at(0).status, publish_status::refused);
  EXPECT_EQ(results.at(1).events.at(1).status, publish_status::full);
  EXPECT_EQ(results.at(2).events.at(0).status, publish_status::accepted);
  EXPECT_EQ(results.at(3).events.at(0).status, publish_status::full);
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1", "4"));
}

TEST_P(store_conformance, a_backlog_takes_again_when_something_of_it_has_ended) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(1));
  publish_to(a, "1");
  EXPECT_EQ(publish({item({.id = "2"}, {{a}})}).events.at(0).status, publish_status::full);
  const auto epoch = open(a).epoch;
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  publish_to(a, "2");
}

TEST_P(store_conformance, a_duplicate_is_acknowledged_also_when_the_backlog_is_full) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(1));
  publish_to(a, "1");
  EXPECT_EQ(publish({item({.id = "1"}, {{a}})}).events.at(0).status, publish_status::duplicate);
  EXPECT_EQ(publish({item({.id = "1", .data = "{\"other\":1}"}, {{a}})}).events.at(0).status,
            publish_status::conflict);
}

TEST_P(store_conformance, a_full_backlog_counts_right_after_a_restart) {
  const auto a = connector("a");
  publish_to(a, "1");
  under_test().reopen();
  current().limit_backlog(a, room_for(1));
  EXPECT_EQ(publish({item({.id = "2"}, {{a}})}).events.at(0).status, publish_status::full);
}

TEST_P(store_conformance, where_so_configured_only_the_full_route_becomes_a_dead_letter) {
  const auto a = connector("a");
  const auto b = connector("b");
  current().limit_backlog(a, room_for(1, when_full::dead_letter));
  publish_to(a, "1", 7);
  const auto result = publish({item({.id = "2"}, {{a, 7}, {b}})});
  ASSERT_EQ(result.events.at(0).status, publish_status::accepted);
  EXPECT_THAT(result.events[0].full, ElementsAre(a));
  const auto check = [&] {
    dead_letter_query query;
    query.connector = a;
    const auto letters = dead_letters(query);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].event->id(), "2");
    EXPECT_EQ(letters[0].why, reason::backlog_full);
    EXPECT_EQ(letters[0].lane, 7u);
    EXPECT_FALSE(letters[0].stops_lane);
    EXPECT_EQ(letters[0].history.attempts, 0u);
    const auto shown = details("2").at(0).deliveries;
    ASSERT_EQ(shown.size(), 2u);
    EXPECT_EQ(shown[0].state, delivery_state::dead);
    EXPECT_EQ(shown[0].why, reason::backlog_full);
    EXPECT_FALSE(ended(shown[1].state));
    EXPECT_EQ(current().counts(a)->backlog, 1u);
    EXPECT_EQ(current().counts(a)->dead_letters, 1u);
    EXPECT_EQ(waiting(current(), a), size_of("1"));
    EXPECT_EQ(waiting(current(), b), size_of("1"));
  };
  check();
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1"));
  EXPECT_THAT(ids(fresh(b, open(b).epoch).deliveries), ElementsAre("2"));
  // The dead letter came with the event, in one commit.
  if (!under_test().crash()) return;
  check();
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1"));
}

TEST_P(store_conformance, a_dead_letter_of_a_full_backlog_can_be_replayed_and_discarded) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(1, when_full::dead_letter));
  publish_to(a, "1");
  const auto replayed = publish_to(a, "2");
  const auto dropped = publish_to(a, "3");
  EXPECT_EQ(replay({{a, {replayed, 0}}}).done, 1u);
  EXPECT_EQ(discard({{a, {dropped, 0}}}).done, 1u);
  EXPECT_EQ(waiting(current(), a), 2 * size_of("1"));
  EXPECT_EQ(state_of("2"), delivery_state::orphaned);  // nobody has opened it
  EXPECT_EQ(state_of("3"), delivery_state::discarded);
  under_test().reopen();
  EXPECT_EQ(waiting(current(), a), 2 * size_of("1"));
  const auto epoch = open(a).epoch;
  EXPECT_EQ(state_of("2"), delivery_state::waiting);
  const auto first = fresh(a, epoch).deliveries;
  EXPECT_THAT(ids(first), ElementsAre("1"));
  const auto second = due(a, epoch).deliveries;
  EXPECT_THAT(ids(second), ElementsAre("2"));
  settle(a, epoch, {delivered(first.at(0)), delivered(second.at(0))});
  EXPECT_EQ(waiting(current(), a), 0u);
}

TEST_P(store_conformance, one_of_a_full_backlog_is_not_replayed_before_what_its_lane_waits_for) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(1, when_full::dead_letter));
  publish_to(a, "1", 7);
  const auto letter = publish_to(a, "2", 7);
  const auto early = replay({{a, {letter, 0}}}, {.allow_reorder = true});
  EXPECT_EQ(early.done, 0u);
  ASSERT_EQ(early.refused.size(), 1u);
  EXPECT_EQ(early.refused[0].code, "earlier_pending");
  const auto epoch = open(a).epoch;
  const auto first = fresh(a, epoch).deliveries.at(0);
  EXPECT_EQ(replay({{a, {letter, 0}}}).done, 0u);
  settle(a, epoch, {delivered(first)});
  EXPECT_EQ(replay({{a, {letter, 0}}}).done, 1u);
  EXPECT_THAT(ids(lane_of(a, epoch, 7).deliveries), ElementsAre("2"));
}

TEST_P(store_conformance, a_later_delivery_of_its_lane_makes_its_replay_a_reordering) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(1, when_full::dead_letter));
  publish_to(a, "1", 7);
  const auto letter = publish_to(a, "2", 7);
  const auto epoch = open(a).epoch;
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  publish_to(a, "3", 7);
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  const auto late = replay({{a, {letter, 0}}});
  ASSERT_EQ(late.refused.size(), 1u);
  EXPECT_EQ(late.refused[0].code, "would_reorder");
}

TEST_P(store_conformance, a_commit_that_failed_and_landed_keeps_its_refused_routes) {
  const auto a = connector("a");
  current().limit_backlog(a, room_for(1, when_full::dead_letter));
  publish_to(a, "1");
  if (!under_test().fail_next_commit(true)) GTEST_SKIP() << "this store cannot fail a commit";
  EXPECT_EQ(publish({item({.id = "2"}, {{a}})}).error.code, store_error_code::write_failed);
  wait_until([&] { return current().health().accepting; });
  EXPECT_EQ(publish({item({.id = "2"}, {{a}})}).events.at(0).status, publish_status::duplicate);
  EXPECT_EQ(current().counts(a)->dead_letters, 1u);
  EXPECT_EQ(current().counts(a)->backlog, 1u);
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1"));
}

}  // namespace
}  // namespace airtrain::conformance
