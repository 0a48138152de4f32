// What a dispatcher knows after a restart or a take-over.

#include "tests/core/dispatch/opened_rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

struct restarted : opened_rig {
  static dispatch_options with_digest() {
    auto o = plain_options();
    o.config_digest = 11;
    return o;
  }
  restarted() : opened_rig{with_digest()} {}
  bool dead(std::uint64_t seq) const {
    return r.store.at(seq).at == fake_store::place::ended &&
           r.store.at(seq).settled.back().what == settlement::kind::dead;
  }
  void wait_for(std::uint64_t seq) {
    while (!r.sent(seq)) ASSERT_TRUE(r.pass_to_wake());
  }
};

verdict conflict_for(std::int64_t hint_ms) {
  auto v = conflict();
  v.retry_after_ms = hint_ms;
  return v;
}

}  // namespace

TEST_F(restarted, a_lane_waits_for_each_of_several_that_failed) {
  r.options.ordered = true;
  r.restart();
  publish(2, 7);
  r.answer(1, rejected());
  r.answer(2, conflict_for(60'000));
  r.replay(1);
  r.answer(1, conflict());
  r.restart();
  publish(1, 7);
  wait_for(1);
  r.answer(1, delivered());
  EXPECT_TRUE(r.in_flight.empty()) << "2 still waits for its time, and 3 for it";
  wait_for(2);
  r.answer(2, delivered());
  EXPECT_TRUE(r.sent(3));
}

TEST_F(restarted, forbidden_again_after_another_went_through_is_a_dead_letter_all_the_same) {
  publish(2);
  r.answer(1, forbidden());
  r.answer(2, delivered());
  r.pass(5s);  // counters are kept so often
  r.answer_all(forbidden());
  ASSERT_TRUE(dead(1)) << "the rule itself";
  publish(2);
  r.answer(3, forbidden());
  r.answer(4, delivered());
  r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
  r.restart();
  wait_for(3);
  r.answer(3, forbidden());
  EXPECT_TRUE(dead(3));
}

TEST_F(restarted, a_crash_does_not_take_back_that_others_went_through) {
  publish(8);
  for (std::uint64_t seq = 2; seq <= 8; ++seq) r.answer(seq, delivered());
  r.answer(1, unreachable());
  r.restart();
  // What was kept last was the first delivery.
  wait_for(1);
  publish(1);
  r.answer(9, delivered());
  r.answer(1, unreachable());
  EXPECT_EQ(r.store.at(1).what.history.event_scope_failures, 1u)
      << "another went through since its failure: it fails alone";
}

TEST_F(restarted, refusals_in_a_row_go_on_counting) {
  publish(8);
  for (int i = 0; i < 4; ++i) r.answer(r.sent_seqs().front(), forbidden());
  r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
  r.restart();
  r.answer(r.sent_seqs().front(), forbidden());
  EXPECT_EQ(r.status().state, connector_state::held);
}

TEST_F(restarted, rejections_in_a_row_go_on_counting_in_their_group) {
  publish(40);
  r.answer(1, delivered());
  for (int i = 0; i < 19; ++i) r.answer(r.sent_seqs().front(), rejected());
  r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
  r.restart();
  const auto last = r.sent_seqs().front();
  r.answer(last, rejected());
  EXPECT_EQ(r.status().state, connector_state::held);
  EXPECT_EQ(r.store.at(last).settled.back().group, 2u);
}

TEST_F(restarted, a_manual_hold_stays_and_an_operators_circuit_too) {
  publish(8);
  r.answer_all(gone());
  r.run([&](dispatch_actions& out) { r.core->command(breaker_command::force_open, r.now, out); });
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::held);
  EXPECT_EQ(r.status().breaker, breaker_state::forced_open);
  EXPECT_TRUE(r.in_flight.empty());
}

TEST_F(restarted, a_hold_ends_with_a_changed_configuration_only) {
  publish(8);
  r.answer_all(gone());
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::held);
  r.options.config_digest = 12;
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::running);
  EXPECT_EQ(r.in_flight.size(), 1u) << "as after a closing circuit";
  r.options.config_digest = 13;
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(restarted, a_pause_outlives_a_changed_configuration) {
  publish(2);
  r.pause();
  r.options.config_digest = 12;
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::paused);
}

TEST_F(restarted, a_throttle_goes_on_and_with_it_its_count) {
  publish(8);
  r.answer(1, throttled(30'000));
  r.in_flight.clear();
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::throttled);
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(34s);
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(restarted, a_guards_sole_candidate_keeps_its_count) {
  r.options.reject_guard = 2;
  r.options.reject_guard_unproven = 2;
  r.restart();
  publish(3);
  r.answer(1, rejected());
  r.answer(2, rejected());
  ASSERT_EQ(r.status().state, connector_state::held);
  r.answer(3, rejected());
  ASSERT_TRUE(dead(3)) << "it was no probe";
  publish(1);
  for (int probe = 1; probe <= 9; ++probe) {
    wait_for(4);
    r.answer(4, rejected());
    EXPECT_FALSE(dead(4));
    if (probe == 5) {
      r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
      r.restart();
    }
  }
  wait_for(4);
  r.answer(4, rejected());
  ASSERT_TRUE(dead(4)) << "ten rejected probes";
  EXPECT_EQ(r.store.at(4).settled.back().group, 1u);
  EXPECT_EQ(r.status().state, connector_state::held);
}

TEST_F(restarted, suspicion_against_one_delivery_is_not_forgotten) {
  publish(1);
  const auto suspected = [&] {
    return std::count_if(r.reports.begin(), r.reports.end(), [](const connector_event& e) {
      return e.what == connector_event::kind::suspected_poison;
    });
  };
  const auto start = r.now.steady;
  bool is_second_life = false;
  while (suspected() == 0 && r.now.steady - start < 2h) {
    r.pass_to_wake();
    r.answer_all(unreachable());
    if (is_second_life || r.now.steady - start < 30min) continue;
    is_second_life = true;
    r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
    r.restart();
  }
  EXPECT_EQ(suspected(), 1);
  EXPECT_LE(r.now.steady - start, 70min);
}
