// Questions, the audit trail, closing and failing.

#include <set>

#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(store_conformance, an_event_is_found_with_its_deliveries_and_attempts) {
  const auto a = connector("payroll");
  const auto b = connector("calendar");
  publish({item({.id = "1", .data = "{\"x\":2}"}, {{a, 5}, {b}})});
  const auto epoch = open(a).epoch;
  open(b);
  const auto taken = fresh(a, epoch).deliveries.at(0);
  settle(a, epoch, {retry_at(taken, now_ms + 700)});
  const auto found = details("1");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].seq, taken.key.seq);
  EXPECT_EQ(found[0].event->data(), "{\"x\":2}");
  ASSERT_EQ(found[0].deliveries.size(), 2u);
  const auto& first = found[0].deliveries[0];
  EXPECT_EQ(first.connector, a);
  EXPECT_EQ(first.connector_name, "payroll");
  EXPECT_EQ(first.key, taken.key);
  EXPECT_EQ(first.lane, 5u);
  EXPECT_EQ(first.state, delivery_state::waiting);
  EXPECT_EQ(first.next_attempt_ms, now_ms + 700);
  EXPECT_EQ(first.history.attempts, 1u);
  ASSERT_EQ(first.attempts.size(), 1u);
  EXPECT_EQ(first.attempts[0].n, 1u);
  EXPECT_EQ(first.attempts[0].outcome, answer_class::retry);
  EXPECT_EQ(first.attempts[0].why, reason::reset);
  EXPECT_EQ(first.attempts[0].took_ms, 3);
  EXPECT_EQ(found[0].deliveries[1].connector, b);
  EXPECT_EQ(found[0].deliveries[1].state, delivery_state::pending);
  EXPECT_THAT(found[0].deliveries[1].attempts, IsEmpty());
}

TEST_P(store_conformance, attempts_are_kept_in_order) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  settle(a, epoch, {retry_at(fresh(a, epoch).deliveries.at(0), now_ms)});
  settle(a, epoch, {retry_at(due(a, epoch).deliveries.at(0), now_ms)});
  settle(a, epoch, {delivered(due(a, epoch).deliveries.at(0))});
  flush();
  under_test().reopen();
  const auto found = only_delivery("1");
  EXPECT_EQ(found.state, delivery_state::delivered);
  ASSERT_EQ(found.attempts.size(), 3u);
  EXPECT_EQ(found.attempts[0].n, 1u);
  EXPECT_EQ(found.attempts[1].n, 2u);
  EXPECT_EQ(found.attempts[2].n, 3u);
  EXPECT_EQ(found.attempts[2].outcome, answer_class::delivered);
}

TEST_P(store_conformance, an_unknown_event_has_no_details) {
  EXPECT_THAT(details("nothing"), IsEmpty());
}

TEST_P(store_conformance, details_can_be_asked_of_one_source) {
  publish({item({.id = "1"}), item({.id = "1", .source = "b"})});
  const auto found = await<result<std::vector<event_detail>, store_error>>(
      [&](auto then) { current().event_details("1", "b", then); });
  ASSERT_EQ(found.value().size(), 1u);
  EXPECT_EQ(found->at(0).event->source(), "b");
}

TEST_P(store_conformance, the_state_of_a_delivery_is_told) {
  const auto a = connector("a");
  publish_to(a, "1", 5);
  EXPECT_EQ(state_of("1"), delivery_state::orphaned) << "not opened since the start";
  const auto epoch = open(a).epoch;
  EXPECT_EQ(state_of("1"), delivery_state::pending);
  settle(a, epoch, {aside(fresh(a, epoch).deliveries.at(0))});
  EXPECT_EQ(state_of("1"), delivery_state::waiting);
  settle(a, epoch, {dead(lane_of(a, epoch, 5).deliveries.at(0))});
  EXPECT_EQ(state_of("1"), delivery_state::dead);
  under_test().reopen();
  EXPECT_EQ(state_of("1"), delivery_state::dead);
}

TEST_P(store_conformance, counts_tell_backlog_dead_letters_and_the_oldest) {
  const auto a = connector("a");
  const auto b = connector("b");
  const auto start_ms = now_ms.load();
  publish_to(a, "1");
  now_ms += 10;
  publish_to(a, "2");
  now_ms += 10;
  publish_to(a, "3");
  const auto epoch = open(a).epoch;
  auto counts = current().counts(a);
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->id, a);
  EXPECT_EQ(counts->name, "a");
  EXPECT_TRUE(counts->opened);
  EXPECT_EQ(counts->backlog, 3u);
  EXPECT_EQ(counts->oldest_accepted_ms, start_ms);

  const auto taken = fresh(a, epoch).deliveries;
  EXPECT_EQ(current().counts(a)->backlog, 3u) << "taken is not ended";
  settle(a, epoch, {delivered(taken.at(0)), dead(taken.at(2))});
  for (int restarted = 0; restarted < 2; ++restarted) {
    counts = current().counts(a);
    EXPECT_EQ(counts->backlog, 1u);
    EXPECT_EQ(counts->dead_letters, 1u);
    EXPECT_EQ(counts->oldest_accepted_ms, start_ms + 10);
    EXPECT_EQ(current().counts(b)->oldest_accepted_ms, 0);
    EXPECT_FALSE(current().counts(b)->opened);
    EXPECT_EQ(current().counts().size(), 2u);
    EXPECT_FALSE(current().counts(b + 1));
    flush();
    under_test().reopen();
  }
}

TEST_P(store_conformance, events_are_listed_by_pages) {
  std::vector<publish_item> items;
  for (int i = 0; i < 7; ++i)
    items.push_back(item({.id = std::to_string(i), .type = i == 3 ? "odd" : "t"}));
  publish(std::move(items));
  const auto ask = [&](event_query query) {
    return await<result<page<event_summary>, store_error>>(
               [&](auto then) { current().list_events(query, then); })
        .value();
  };
  std::set<std::string> seen;
  event_query query{.page = {.after = {}, .limit = 3}, .type = {}};
  for (int pages = 1;; ++pages) {
    const auto got = ask(query);
    EXPECT_LE(got.items.size(), 3u);
    for (const auto& one : got.items)
      EXPECT_TRUE(seen.insert(std::string{one.event->id()}).second) << "listed twice";
    query.page.after = got.next;
    if (got.next.empty()) break;
    ASSERT_LT(pages, 5);
  }
  EXPECT_EQ(seen.size(), 7u);
  const auto odd = ask({.page = {}, .type = "odd"});
  ASSERT_EQ(odd.items.size(), 1u);
  EXPECT_EQ(odd.items[0].event->id(), "3");
  EXPECT_TRUE(odd.next.empty());
  EXPECT_EQ(ask({.page = {.after = "no cursor"}, .type = {}}).items.size(), 7u);
}

TEST_P(store_conformance, events_are_listed_by_the_time_of_their_acceptance) {
  publish({item({.id = "1"})});
  now_ms += 100;
  const auto middle_ms = now_ms.load();
  publish({item({.id = "2"})});
  now_ms += 100;
  publish({item({.id = "3"})});
  const auto got = await<result<page<event_summary>, store_error>>([&](auto then) {
    current().list_events(
        {.page = {}, .type = {}, .since_ms = middle_ms, .until_ms = middle_ms + 100}, then);
  });
  ASSERT_EQ(got.value().items.size(), 1u);
  EXPECT_EQ(got->items[0].event->id(), "2");
}

TEST_P(store_conformance, deliveries_that_have_not_ended_are_listed) {
  const auto a = connector("a");
  const auto b = connector("b");
  for (const auto* id : {"1", "2", "3", "4"}) publish({item({.id = id}, {{a}, {b}})});
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch, 3).deliveries;
  settle(a, epoch, {delivered(taken.at(0)), retry_at(taken.at(1), now_ms + 50), dead(taken.at(2))});
  const auto ask = [&](delivery_query query) {
    std::multiset<std::string> seen;
    query.page.limit = 2;
    do {
      const auto got = await<result<page<delivery_summary>, store_error>>([&](auto then) {
                         current().list_deliveries(query, then);
                       }).value();
      EXPECT_LE(got.items.size(), 2u);
      for (const auto& one : got.items)
        seen.insert(one.delivery.connector_name + std::string{one.event->id()});
      query.page.after = got.next;
    } while (!query.page.after.empty());
    return seen;
  };
  EXPECT_THAT(ask({}), ElementsAre("a2", "a4", "b1", "b2", "b3", "b4"));
  EXPECT_THAT(ask({.page = {}, .connector = a, .state = {}}), ElementsAre("a2", "a4"));
  EXPECT_THAT(ask({.page = {}, .connector = {}, .state = delivery_state::waiting}),
              ElementsAre("a2"));
  EXPECT_THAT(ask({.page = {}, .connector = {}, .state = delivery_state::orphaned}),
              ElementsAre("b1", "b2", "b3", "b4"));
}

TEST_P(store_conformance, dead_letters_are_filtered_and_listed_by_pages) {
  const auto a = connector("a");
  const auto b = connector("b");
  publish({item({.id = "1", .type = "x"}, {{a}, {b}})});
  publish({item({.id = "2", .type = "y"}, {{a}})});
  publish({item({.id = "3", .type = "y"}, {{a}})});
  const auto epoch_a = open(a).epoch;
  const auto epoch_b = open(b).epoch;
  const auto taken = fresh(a, epoch_a).deliveries;
  auto grouped = dead(taken.at(0), reason::reject_guard);
  grouped.group = 77;
  const auto first_ms = now_ms.load();
  settle(a, epoch_a, {grouped});
  now_ms += 10;
  settle(a, epoch_a, {dead(taken.at(1), reason::mapping_error), dead(taken.at(2))});
  settle(b, epoch_b, {dead(fresh(b, epoch_b).deliveries.at(0))});

  const auto ask = [&](dead_letter_query query) {
    std::multiset<std::string> seen;
    query.page.limit = 1;
    do {
      const auto got = await<result<page<dead_letter>, store_error>>([&](auto then) {
                         current().list_dead_letters(query, then);
                       }).value();
      EXPECT_LE(got.items.size(), 1u);
      for (const auto& one : got.items)
        seen.insert(one.connector_name + std::string{one.event->id()});
      query.page.after = got.next;
    } while (!query.page.after.empty());
    return seen;
  };
  const auto query = [](auto set) {
    dead_letter_query result;
    set(result);
    return result;
  };
  EXPECT_THAT(ask({}), ElementsAre("a1", "a2", "a3", "b1"));
  EXPECT_THAT(ask(query([&](auto& q) { q.connector = b; })), ElementsAre("b1"));
  EXPECT_THAT(ask(query([](auto& q) { q.type = "y"; })), ElementsAre("a2", "a3"));
  EXPECT_THAT(ask(query([](auto& q) { q.why = reason::mapping_error; })), ElementsAre("a2"));
  EXPECT_THAT(ask(query([](auto& q) { q.group = 77; })), ElementsAre("a1"));
  EXPECT_THAT(ask(query([](auto& q) { q.state = delivery_state::expired; })), IsEmpty());
  EXPECT_THAT(ask(query([&](auto& q) { q.until_ms = first_ms + 10; })), ElementsAre("a1"));
  EXPECT_THAT(ask(query([&](auto& q) { q.since_ms = first_ms + 10; })),
              ElementsAre("a2", "a3", "b1"));
}

TEST_P(store_conformance, the_audit_trail_is_kept) {
  for (const auto* action : {"one", "two", "three"}) {
    const audit_record record{.at_ms = now_ms,
                              .who = "ops",
                              .action = action,
                              .target = "payroll",
                              .from = "127.0.0.1",
                              .outcome = "done"};
    const auto error = await<store_error>([&](auto then) { current().append_audit(record, then); });
    EXPECT_EQ(error.code, store_error_code::none);
  }
  under_test().reopen();
  std::multiset<std::string> seen;
  audit_query query{.page = {.after = {}, .limit = 2}};
  do {
    const auto got = await<result<page<audit_record>, store_error>>([&](auto then) {
                       current().list_audit(query, then);
                     }).value();
    EXPECT_LE(got.items.size(), 2u);
    for (const auto& one : got.items) {
      EXPECT_EQ(one.who, "ops");
      EXPECT_EQ(one.target, "payroll");
      EXPECT_EQ(one.from, "127.0.0.1");
      EXPECT_EQ(one.outcome, "done");
      EXPECT_EQ(one.at_ms, now_ms);
      seen.insert(one.action);
    }
    query.page.after = got.next;
  } while (!query.page.after.empty());
  EXPECT_THAT(seen, ElementsAre("one", "three", "two"));
}

// --- Closing and failing.

TEST_P(store_conformance, a_closed_store_answers_closed) {
  const auto a = connector("a");
  const auto epoch = open(a).epoch;
  current().close();
  current().close();
  EXPECT_FALSE(current().health().accepting);
  EXPECT_EQ(publish({item({.id = "1"}, {{a}})}).error.code, store_error_code::closed);
  const auto fetched = await<result<fetch_result, store_error>>(
      [&](auto then) { current().fetch(a, epoch, {.count_max = 1, .bytes_max = 1}, then); });
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, store_error_code::closed);
  const auto opened = await<result<opened_connector, store_error>>([&](auto then) {
    current().open(
        a, [] {}, then);
  });
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, store_error_code::closed);
  const auto events = await<result<page<event_summary>, store_error>>(
      [&](auto then) { current().list_events({}, then); });
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, store_error_code::closed);
  settle(a, epoch, {});
}

TEST_P(store_conformance, close_makes_durable_what_was_settled) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  current().close();
  under_test().reopen();
  EXPECT_EQ(state_of("1"), delivery_state::delivered);
}

TEST_P(store_conformance, after_a_failed_write_it_takes_nothing_until_it_is_sound_again) {
  const auto a = connector("a");
  publish_to(a, "0");
  const auto epoch = open(a).epoch;
  const auto taken = fresh(a, epoch).deliveries.at(0);
  if (!under_test().fail_next_commit(false)) GTEST_SKIP() << "this backend can't fail";
  settle(a, epoch, {delivered(taken)});
  const auto failed = publish({item({.id = "1"}, {{a}})});
  EXPECT_EQ(failed.error.code, store_error_code::write_failed);
  EXPECT_THAT(failed.events, IsEmpty());
  wait_until([&] { return current().health().accepting; });
  EXPECT_EQ(publish({item({.id = "1"}, {{a}})}).events.at(0).status, publish_status::accepted);
  flush();
  EXPECT_EQ(state_of("0"), delivery_state::delivered) << "settlements outlive a failed commit";
  EXPECT_THAT(ids(fresh(a, epoch).deliveries), ElementsAre("1"));
  under_test().reopen();
  EXPECT_EQ(state_of("0"), delivery_state::delivered);
  EXPECT_EQ(state_of("1"), delivery_state::orphaned);
}

TEST_P(store_conformance, a_failed_write_may_have_landed_and_is_then_a_duplicate) {
  const auto a = connector("a");
  const auto epoch = open(a).epoch;
  if (!under_test().fail_next_commit(true)) GTEST_SKIP() << "this backend can't fail";
  EXPECT_EQ(publish({item({.id = "1"}, {{a}})}).error.code, store_error_code::write_failed);
  wait_until([&] { return current().health().accepting; });
  EXPECT_EQ(publish({item({.id = "1"}, {{a}})}).events.at(0).status, publish_status::duplicate);
  EXPECT_THAT(ids(fresh(a, epoch).deliveries), ElementsAre("1"));
}

TEST_P(store_conformance, a_full_disk_refuses_events_and_lets_deliveries_go_on) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto epoch = open(a).epoch;
  if (!under_test().set_disk_full(true)) GTEST_SKIP() << "this backend's disk can't be full";
  EXPECT_EQ(publish({item({.id = "2"}, {{a}})}).error.code, store_error_code::disk_full);
  EXPECT_FALSE(current().health().accepting);
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  flush();
  EXPECT_EQ(state_of("1"), delivery_state::delivered);
  under_test().set_disk_full(false);
  wait_until([&] { return current().health().accepting; });
  publish_to(a, "2");
}

}  // namespace
}  // namespace airtrain::conformance
