// Single sentences of docs/semantics.md.

#include "tests/core/dispatch/opened_rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

struct rules : opened_rig {
  const settlement& last_settlement(std::uint64_t seq) const {
    return r.store.at(seq).settled.back();
  }
  void wait_for(std::uint64_t seq) {
    while (!r.sent(seq)) ASSERT_TRUE(r.pass_to_wake());
  }
  void open_circuit() {
    for (int i = 0; i < 5; ++i) r.answer(r.sent_seqs().front(), unreachable());
    r.answer_all(unreachable());
    ASSERT_EQ(r.status().state, connector_state::open);
  }
  void hold_by_guard() {
    r.options.reject_guard = 2;
    r.restart();
    publish(1);
    r.answer(1, delivered());
    publish(2);
    r.answer(2, rejected());
    r.answer(3, rejected());
    ASSERT_EQ(r.status().state, connector_state::held);
  }
};

}  // namespace

TEST_F(rules, a_rejection_is_a_dead_letter_at_once_with_what_was_answered) {
  publish(1);
  auto no = rejected();
  no.answer = std::string(5000, 'x');
  r.answer(1, no);
  const auto& end = last_settlement(1);
  EXPECT_EQ(end.what, settlement::kind::dead);
  EXPECT_EQ(end.why, reason::answered);
  EXPECT_EQ(end.attempt.status, 422);
  EXPECT_EQ(end.attempt.answer.size(), answer_bytes_max);
  EXPECT_EQ(end.history.attempts, 1u);
}

TEST_F(rules, a_dead_letter_that_no_target_has_seen_says_what_was_wrong_here) {
  publish(1);
  auto no = rejected();
  no.why = reason::mapping_error;
  no.status = 0;
  no.answer.clear();
  no.message = "body: there is no data.v";
  r.answer(1, no);
  EXPECT_EQ(last_settlement(1).attempt.answer, "body: there is no data.v");
}

TEST_F(rules, that_it_ever_delivered_is_kept_at_once) {
  publish(1);
  r.answer(1, delivered());
  r.restart();
  EXPECT_EQ(r.status().delivered_total, 1u);
}

TEST_F(rules, throttles_do_not_open_the_circuit) {
  publish(40);
  for (int i = 0; i < 30; ++i) {
    r.answer_all(throttled(1000));
    EXPECT_EQ(r.status().breaker, breaker_state::closed);
    r.pass(2s);
  }
}

TEST_F(rules, an_event_scope_answer_is_a_success_for_the_breaker) {
  publish(60);
  for (int i = 0; i < 4; ++i) r.answer(r.sent_seqs().front(), unreachable());
  r.answer(r.sent_seqs().front(), conflict());
  for (int i = 0; i < 4; ++i) r.answer(r.sent_seqs().front(), unreachable());
  EXPECT_EQ(r.status().breaker, breaker_state::closed);
}

TEST_F(rules, forbidden_keeps_its_lane_waiting_and_others_flow) {
  r.options.ordered = true;
  r.restart();
  r.add(1, 7);
  r.add(2, 7);
  r.add(3, 8);
  r.answer(1, forbidden());
  EXPECT_EQ(last_settlement(1).what, settlement::kind::retry);
  EXPECT_EQ(r.sent_seqs(), std::vector<std::uint64_t>{3});
}

TEST_F(rules, a_renewed_key_is_used_from_the_next_attempt_on) {
  publish(1);
  auto again = conflict();
  again.renew_key = true;
  r.answer(1, again);
  EXPECT_EQ(last_settlement(1).history.key_generation, 1u);
}

TEST_F(rules, without_a_candidate_a_hold_probes_the_next_event_at_once) {
  publish(1);
  r.answer(1, gone());
  r.resume();
  r.answer(1, delivered());
  publish(5);
  r.answer_all(unauthorized());
  r.answer_all(unauthorized());
  r.pass(1s);
  ASSERT_TRUE(r.in_flight.empty());
  r.restart();
  ASSERT_EQ(r.in_flight.size(), 1u);
  r.answer_all(delivered());
  for (int i = 0; i < 20; ++i) r.answer_all(delivered());
  ASSERT_TRUE(r.store.all_ended());
  r.add(100);
  r.answer(100, rejected());
  r.options.reject_guard = 1;
  r.restart();
  r.add(101);
  r.answer(101, rejected());
  ASSERT_EQ(r.status().state, connector_state::held);
  ASSERT_TRUE(r.in_flight.empty()) << "there is nothing to ask with";
  r.pass(10min);
  r.add(102);
  EXPECT_TRUE(r.sent(102));
}

TEST_F(rules, a_hold_probes_a_replay_at_once_where_there_is_nothing_else) {
  hold_by_guard();
  ASSERT_TRUE(r.in_flight.empty());
  r.replay(2);
  r.run([&](dispatch_actions& out) { r.core->work_available(r.now, out); });
  ASSERT_TRUE(r.sent(2));
  r.answer(2, delivered());
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(rules, probes_of_a_hold_need_not_be_due) {
  publish(5);
  for (std::uint64_t seq = 1; seq <= 4; ++seq) {
    auto no = forbidden();
    no.retry_after_ms = 3'000'000;
    r.answer(seq, no);
  }
  r.answer(5, forbidden());
  ASSERT_EQ(r.status().state, connector_state::held);
  EXPECT_EQ(r.in_flight.size(), 1u);
  r.answer_all(delivered());
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(rules, only_a_delivered_one_releases_a_guard) {
  hold_by_guard();
  publish(1);
  r.answer(4, conflict());
  EXPECT_EQ(r.status().state, connector_state::held);
  EXPECT_EQ(r.store.at(4).at, fake_store::place::taken) << "it stays where it was";
  r.pass(61s);
  r.answer(4, delivered());
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(rules, the_group_of_a_guard_is_offered_when_its_hold_is_released) {
  hold_by_guard();
  publish(1);
  r.answer(4, delivered());
  const auto offered = std::any_of(r.reports.begin(), r.reports.end(), [](const auto& report) {
    return report.message.find("replayed as group 2") != std::string::npos;
  });
  EXPECT_TRUE(offered);
}

TEST_F(rules, a_hold_suspends_the_breaker_and_its_release_recovers_slowly) {
  publish(40);
  r.answer(1, unauthorized());
  r.answer_all(unreachable());
  for (int i = 0; i < 20; ++i) {
    r.pass(61s);
    r.answer_all(unreachable());
  }
  EXPECT_EQ(r.status().breaker, breaker_state::closed);
  EXPECT_EQ(r.status().state, connector_state::held);
  r.pass(61s);
  r.answer_all(delivered());
  EXPECT_EQ(r.status().state, connector_state::running);
  EXPECT_LE(r.in_flight.size(), 2u);
}

TEST_F(rules, on_the_circuits_closing_the_back_off_starts_over_and_grows_again) {
  r.options.retry.initial = 1s;
  r.options.breaker.consecutive = 1000;
  r.options.breaker.min_calls = 1000;
  r.restart();
  publish(1);
  const auto longest_of = [&](int attempts) {
    std::int64_t longest = 0;
    for (int i = 0; i < attempts; ++i) {
      wait_for(1);
      r.answer(1, unreachable());
      longest = std::max(longest, last_settlement(1).due_ms - r.now.wall_ms);
    }
    return longest;
  };
  longest_of(14);
  r.run([&](dispatch_actions& out) { r.core->command(breaker_command::reset, r.now, out); });
  EXPECT_LE(longest_of(1), 1000);
  EXPECT_GT(longest_of(20), 60'000);
}

TEST_F(rules, after_the_closing_the_rate_is_kept) {
  r.options.rate_per_second = 1;
  r.restart();
  publish(30);
  for (int i = 0; i < 5; ++i) {
    while (r.in_flight.empty()) ASSERT_TRUE(r.pass_to_wake());
    r.answer_all(unreachable());
  }
  ASSERT_EQ(r.status().state, connector_state::open);
  while (r.status().state != connector_state::running) {
    ASSERT_TRUE(r.pass_to_wake());
    r.answer_all(delivered());
  }
  const auto healed_at = r.now.steady;
  const auto left = 30 - r.store.count(fake_store::place::ended);
  while (!r.store.all_ended()) {
    ASSERT_TRUE(r.pass_to_wake());
    r.answer_all(delivered());
  }
  EXPECT_GE(r.now.steady - healed_at, std::chrono::seconds{left - 1});
  EXPECT_LE(r.now.steady - healed_at, std::chrono::seconds{left + 2});
}

TEST_F(rules, one_that_expires_stops_its_lane_and_a_replay_lifts_its_deadline) {
  r.options.ordered = true;
  r.options.dead_letter = on_dead_letter::stop;
  r.options.expires_after = 10s;
  r.restart();
  r.pause();
  r.add(1, 7);
  r.add(2, 7);
  r.pass(20s);
  r.resume();
  EXPECT_EQ(last_settlement(1).what, settlement::kind::expired);
  EXPECT_TRUE(last_settlement(1).stops_lane);
  EXPECT_EQ(r.status().lanes_stopped, 1u);
  EXPECT_TRUE(r.in_flight.empty());
  r.replay(1);
  EXPECT_TRUE(r.sent(1));
}

TEST_F(rules, one_that_expires_lets_its_lane_go_on_where_it_does_not_stop) {
  r.options.ordered = true;
  r.options.expires_after = 10s;
  r.restart();
  r.pause();
  r.add(1, 7);
  r.pass(20s);
  r.store.add(2, 7, {}, "t");
  r.resume();
  EXPECT_EQ(last_settlement(1).what, settlement::kind::expired);
  EXPECT_FALSE(last_settlement(1).stops_lane);
}
