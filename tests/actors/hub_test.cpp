// The whole of the actors, with a memory store and scripted connectors, under virtual time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actors/world.hpp"

namespace airtrain {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct hub_test : ::testing::Test {
  world w;
};

TEST_F(hub_test, an_event_reaches_every_connector_that_wants_its_type) {
  auto& a = w.add("a");
  auto& b = w.add("b");
  w.start();
  w.submit_and_settle("1", "all");
  w.submit_and_settle("2", "b.only");
  EXPECT_THAT(a.seen, ElementsAre("1"));
  EXPECT_THAT(b.seen, ElementsAre("1", "2"));
  EXPECT_EQ(w.answer_of("1").events[0].deliveries, 2u);
  EXPECT_EQ(w.report("b").counts.backlog, 0u);
}

TEST_F(hub_test, a_request_is_answered_only_when_its_events_are_committed) {
  w.add("a");
  w.start();
  w.submit("1");
  w.settle_actors();
  EXPECT_FALSE(w.answered("1"));
  w.storage().step();
  EXPECT_EQ(w.answer_of("1").code, submit_code::none);
}

TEST_F(hub_test, a_repeated_event_is_a_duplicate_and_is_not_sent_again) {
  auto& a = w.add("a");
  w.start();
  w.submit_and_settle("1");
  w.submit_and_settle("1");
  EXPECT_THAT(a.seen, SizeIs(1));
  EXPECT_EQ(w.actors().ingest().duplicates, 1u);
  EXPECT_EQ(w.actors().ingest().accepted, 1u);
}

TEST_F(hub_test, a_failed_commit_is_answered_as_such_and_frees_the_intake) {
  auto& a = w.add("a");
  w.start();
  w.storage().inject().fail_commits = 1;
  w.submit_and_settle("1");
  EXPECT_EQ(w.answer_of("1").code, submit_code::store_failed);
  EXPECT_TRUE(w.actors().wait_until_committed(std::chrono::steady_clock::now()));
  EXPECT_THAT(a.seen, IsEmpty());
}

TEST_F(hub_test, an_unrouted_event_is_accepted_and_marked_so) {
  w.add("a");
  w.start();
  w.submit_and_settle("1", "al");
  const auto answer = w.answer_of("1");
  EXPECT_EQ(answer.code, submit_code::none);
  EXPECT_TRUE(answer.events[0].unrouted);
  EXPECT_EQ(answer.events[0].deliveries, 0u);
}

TEST(hub, refuses_unrouted_events_where_it_is_told_to) {
  delivery_engine_settings settings;
  settings.reject_unrouted = true;
  world w(settings);
  w.add("a");
  w.start();
  w.submit_and_settle("1", "nobody");
  EXPECT_EQ(w.answer_of("1").code, submit_code::unrouted);
  EXPECT_EQ(w.answer_of("1").events[0].status, publish_status::refused);
  EXPECT_EQ(w.storage().figures().committed_events, 0u);
}

TEST(hub, refuses_what_is_above_the_intake_and_takes_again_after_a_commit) {
  delivery_engine_settings settings;
  settings.intake_events_max = 2;
  world w(settings);
  w.add("a");
  w.start();
  w.submit("1");
  w.submit("2");
  w.submit("3");
  EXPECT_EQ(w.answer_of("3").code, submit_code::overloaded);
  w.settle();
  w.submit_and_settle("4");
  EXPECT_EQ(w.answer_of("4").code, submit_code::none);
}

TEST_F(hub_test, a_connector_that_never_completes_stops_no_other) {
  auto& hanging = w.add("hanging");
  auto& healthy = w.add("healthy");
  hanging.does = script::mode::keep;
  w.start();
  for (int i = 0; i < 1000; ++i) w.submit(std::to_string(i));
  w.settle();
  EXPECT_THAT(healthy.seen, SizeIs(1000));
  EXPECT_THAT(hanging.kept, SizeIs(dispatch_options{}.concurrency));
  EXPECT_EQ(w.report("hanging").counts.backlog, 1000u);
}

TEST_F(hub_test, an_attempt_kept_beyond_its_time_out_is_retried_and_its_late_outcome_is_ignored) {
  auto& a = w.add("a");
  a.does = script::mode::keep;
  w.start();
  w.submit_and_settle("1");
  w.pass(dispatch_options{}.attempt_timeout + 29s);
  EXPECT_EQ(w.report("a").status.in_flight, 1u);
  w.pass(2s);
  auto late = std::exchange(a.kept, {});
  ASSERT_THAT(late, SizeIs(::testing::Ge(1u)));
  const auto report = w.report("a");
  EXPECT_EQ(report.status.last_error_class, answer_class::retry);
  EXPECT_EQ(report.counts.backlog, 1u);
  verdict delivered;
  delivered.outcome = answer_class::delivered;
  late.front().complete(delivered);
  w.settle();
  EXPECT_EQ(w.report("a").counts.backlog, 1u) << "a late answer has settled a later attempt";
  a.does = script::mode::deliver;
  for (auto& again : a.kept) again.complete(delivered);
  late.clear();
  w.pass(5min);
  EXPECT_EQ(w.report("a").counts.backlog, 0u);
}

TEST_F(hub_test, after_one_crash_a_connector_is_made_anew_and_its_deliveries_come_again) {
  auto& a = w.add("a");
  a.does = script::mode::crash;
  w.start();
  w.submit_and_settle("1");
  EXPECT_EQ(a.made, 1);
  a.does = script::mode::deliver;
  w.pass(200ms);
  EXPECT_EQ(a.made, 2);
  EXPECT_THAT(a.seen, ElementsAre("1", "1"));
  const auto report = w.report("a");
  EXPECT_EQ(report.status.state, connector_state::running);
  EXPECT_EQ(report.counts.backlog, 0u);
  EXPECT_EQ(report.telemetry->restarts, 1u);
}

TEST_F(hub_test, a_connector_that_crashes_in_a_loop_is_failed_and_the_others_run_on) {
  auto& bad = w.add("bad");
  auto& good = w.add("good");
  bad.does = script::mode::crash;
  w.start();
  w.submit_and_settle("1");
  w.pass(10s);
  EXPECT_EQ(bad.made, 6) << "one start and restarts_max restarts";
  const auto report = w.report("bad");
  EXPECT_EQ(report.status.state, connector_state::failed);
  EXPECT_THAT(report.status.why, HasSubstr("planted"));
  EXPECT_EQ(report.counts.backlog, 1u);
  w.submit_and_settle("2");
  EXPECT_THAT(good.seen, ElementsAre("1", "2"));
  EXPECT_EQ(w.report("good").status.state, connector_state::running);
  EXPECT_EQ(w.pause("bad"), operator_code::failed);
}

TEST_F(hub_test, a_connector_that_cannot_be_made_is_failed_with_the_reason) {
  auto& bad = w.add("bad");
  auto& good = w.add("good");
  bad.cannot_be_made = true;
  w.start();
  w.submit_and_settle("1");
  w.pass(10s);
  EXPECT_EQ(w.report("bad").status.state, connector_state::failed);
  EXPECT_THAT(w.report("bad").status.why, HasSubstr("cannot be made"));
  EXPECT_THAT(good.seen, ElementsAre("1"));
}

TEST_F(hub_test, a_supervisor_that_was_fenced_gives_way_to_one_that_opens_the_connector_anew) {
  auto& a = w.add("a");
  a.does = script::mode::keep;
  w.start();
  for (int i = 0; i < 300; ++i) w.submit(std::to_string(i));  // more than one window: it fetches on
  w.settle();
  w.storage().open(
      w.report("a").counts.id, [] {}, [](const auto&) {});
  w.settle();
  a.does = script::mode::deliver;
  a.complete_kept();
  w.pass(1s);
  EXPECT_EQ(a.made, 2);
  EXPECT_EQ(w.report("a").telemetry->restarts, 1u);
  EXPECT_EQ(w.report("a").counts.backlog, 0u);
}

TEST_F(hub_test, a_failed_connector_stays_down_until_an_operator_resumes_it) {
  auto& bad = w.add("bad");
  bad.does = script::mode::crash;
  w.start();
  w.submit_and_settle("1");
  w.pass(10s);
  bad.does = script::mode::deliver;
  w.pass(5min);
  EXPECT_EQ(w.report("bad").status.state, connector_state::failed);
  EXPECT_EQ(w.resume("bad"), operator_code::done);
  EXPECT_EQ(w.report("bad").status.state, connector_state::running);
  EXPECT_EQ(w.report("bad").counts.backlog, 0u);
}

TEST_F(hub_test, a_delivery_of_a_failed_connector_waits_for_it_to_be_resumed) {
  auto& bad = w.add("bad");
  bad.does = script::mode::crash;
  w.start();
  w.submit_and_settle("1");
  w.pass(10s);
  std::optional<waits> found;
  w.actors().why("bad", {1, 0}, no_lane, [&](std::optional<waits> answer) { found = answer; });
  w.settle();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->waits_for.at(0).what, "failed");
}

TEST_F(hub_test, crashes_far_apart_do_not_add_up) {
  auto& a = w.add("a");
  w.start();
  for (int i = 0; i < 8; ++i) {
    a.does = script::mode::crash;
    w.submit_and_settle(std::to_string(i));
    a.does = script::mode::deliver;
    w.pass(61s);
  }
  EXPECT_EQ(w.report("a").status.state, connector_state::running);
  EXPECT_EQ(w.report("a").counts.backlog, 0u);
}

TEST_F(hub_test, a_paused_connector_sends_nothing_until_it_is_resumed) {
  auto& a = w.add("a");
  w.start();
  EXPECT_EQ(w.pause("a"), operator_code::done);
  w.submit_and_settle("1");
  EXPECT_THAT(a.seen, IsEmpty());
  EXPECT_EQ(w.report("a").status.state, connector_state::paused);
  EXPECT_EQ(w.resume("a"), operator_code::done);
  w.settle();
  EXPECT_THAT(a.seen, ElementsAre("1"));
}

TEST_F(hub_test, an_operator_is_told_that_a_connector_does_not_exist) {
  w.add("a");
  w.start();
  EXPECT_EQ(w.pause("b"), operator_code::no_such_connector);
}

TEST_F(hub_test, a_forced_open_breaker_lets_nothing_through) {
  auto& a = w.add("a");
  w.start();
  w.actors().breaker("a", breaker_command::force_open, [](operator_code, const std::string&) {});
  w.submit_and_settle("1");
  EXPECT_THAT(a.seen, IsEmpty());
  EXPECT_EQ(w.report("a").status.breaker, breaker_state::forced_open);
  w.actors().breaker("a", breaker_command::automatic, [](operator_code, const std::string&) {});
  w.settle();
  EXPECT_THAT(a.seen, ElementsAre("1"));
}

TEST_F(hub_test, a_replayed_dead_letter_is_sent_again_at_once) {
  auto& a = w.add("a");
  a.does = script::mode::reject;
  w.start();
  w.submit_and_settle("1");
  EXPECT_EQ(w.report("a").counts.dead_letters, 1u);
  a.does = script::mode::deliver;
  std::uint64_t replayed = 0;
  const auto id = w.report("a").counts.id;
  w.actors().replay({{id, {1, 0}}}, {},
                    [&](result<bulk_result, store_error> r) { replayed = r.value().done; });
  w.settle();
  EXPECT_EQ(replayed, 1u);
  EXPECT_THAT(a.seen, ElementsAre("1", "1"));
  EXPECT_EQ(w.report("a").counts.dead_letters, 0u);
}

TEST_F(hub_test, a_replay_that_landed_although_its_write_failed_is_sent_all_the_same) {
  auto& a = w.add("a");
  a.does = script::mode::reject;
  w.start();
  w.submit_and_settle("1");
  a.does = script::mode::deliver;
  w.storage().inject().fail_commits = 1;
  w.storage().inject().failed_commits_land = true;
  std::optional<store_error_code> failed;
  w.actors().replay({{w.report("a").counts.id, {1, 0}}}, {},
                    [&](result<bulk_result, store_error> r) { failed = r.error().code; });
  w.settle();
  EXPECT_EQ(failed, store_error_code::write_failed);
  w.pass(std::chrono::seconds{3});
  w.settle();
  EXPECT_THAT(a.seen, ElementsAre("1", "1"));
  EXPECT_EQ(w.report("a").counts.backlog, 0u);
}

TEST_F(hub_test, drain_waits_for_attempts_under_way_and_starts_no_more) {
  auto& a = w.add("a");
  auto& b = w.add("b");
  a.does = script::mode::keep;
  w.start();
  w.submit_and_settle("1");
  std::optional<bool> drained;
  w.actors().drain([&](bool durable) { drained = durable; });
  w.settle();
  EXPECT_FALSE(drained);
  w.submit_and_settle("2");
  EXPECT_EQ(w.answer_of("2").code, submit_code::draining);
  EXPECT_THAT(b.seen, ElementsAre("1"));
  a.complete_kept();
  w.settle_actors();
  EXPECT_FALSE(drained) << "the settlement is not durable yet";
  w.settle();
  EXPECT_EQ(drained, true);
  EXPECT_EQ(w.storage().unsynced(), 0u);
}

TEST_F(hub_test, a_supervisor_that_ends_during_a_drain_has_not_drained) {
  auto& a = w.add("a");
  a.does = script::mode::reject;
  w.start();
  w.submit_and_settle("1");
  a.does = script::mode::keep;
  w.submit_and_settle("2");
  std::optional<bool> drained;
  w.actors().drain([&](bool durable) { drained = durable; });
  w.settle();
  ASSERT_FALSE(drained);
  w.storage().inject().fail_commits = 1;  // its owner is unsure of what is true, and gives way
  w.actors().replay({{w.report("a").counts.id, {1, 0}}}, {}, [](const auto&) {});
  w.settle();
  EXPECT_EQ(drained, false);
}

TEST_F(hub_test, what_was_taken_and_not_sent_at_a_drain_comes_again_after_a_restart) {
  auto& a = w.add("a");
  a.does = script::mode::keep;
  w.start();
  for (int i = 0; i < 20; ++i) w.submit(std::to_string(i));
  w.settle();
  w.actors().drain([](bool) {});
  w.settle();
  a.complete_kept();
  w.settle();
  EXPECT_EQ(w.report("a").counts.backlog, 20u - dispatch_options{}.concurrency);
}

TEST_F(hub_test, its_end_leaves_no_actor_and_answers_everyone) {
  auto& a = w.add("a");
  a.does = script::mode::keep;
  w.start();
  w.submit_and_settle("1");
  w.submit("2");
  bool answered = false;
  w.actors().reports([&](std::vector<connector_report>) { answered = true; });
  w.stop();
  EXPECT_EQ(w.running_actors(), 0u);
  EXPECT_TRUE(w.answered("2"));
  EXPECT_TRUE(answered);
  a.complete_kept();
  w.submit("3");
  EXPECT_EQ(w.answer_of("3").code, submit_code::draining);
}

TEST_F(hub_test, a_connector_registered_twice_is_refused) {
  w.add("a");
  EXPECT_THROW(w.add("a"), std::invalid_argument);
}

TEST_F(hub_test, telemetry_counts_attempts_ends_and_latency) {
  w.add("a");
  w.start();
  w.submit_and_settle("1");
  const auto telemetry = w.report("a").telemetry;
  EXPECT_EQ(telemetry->attempts_by_class[static_cast<int>(answer_class::delivered)], 1u);
  EXPECT_EQ(telemetry->ended_by_state[static_cast<int>(delivery_state::delivered)], 1u);
  EXPECT_EQ(telemetry->delivery_time.count(), 1u);
}

}  // namespace
}  // namespace airtrain
