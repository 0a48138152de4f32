#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

dispatch_options plain() {
  dispatch_options o;
  o.concurrency = 4;
  o.window = 16;
  return o;
}

struct failing_target : ::testing::Test {
  rig r{plain()};
  void publish(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) r.add(++last_);
  }
  void open_circuit() {
    for (int i = 0; i < 5; ++i) r.answer(r.sent_seqs().front(), unreachable());
    r.answer_all(unreachable());
    ASSERT_EQ(r.status().state, connector_state::open);
  }
  void drain_all() {
    for (int i = 0; i < 1000 && !r.store.all_ended(); ++i) {
      r.answer_all(delivered());
      if (r.in_flight.empty() && !r.store.all_ended()) r.pass_to_wake();
    }
    EXPECT_TRUE(r.store.all_ended());
  }
  void SetUp() override { r.open(); }
  std::uint64_t last_ = 0;
};

const settlement& last_settlement(const rig& r, std::uint64_t seq) {
  return r.store.at(seq).settled.back();
}

}  // namespace

TEST_F(failing_target, a_failure_is_retried_after_its_back_off_and_on_record) {
  publish(1);
  r.answer(1, unreachable());
  const auto& s = last_settlement(r, 1);
  EXPECT_EQ(s.what, settlement::kind::retry);
  EXPECT_EQ(s.scope, failure_scope::connector);
  EXPECT_TRUE(s.counted);
  EXPECT_EQ(s.history.attempts, 1u);
  EXPECT_EQ(s.history.event_scope_failures, 0u);
  EXPECT_GE(s.due_ms, r.now.wall_ms + 100);
  EXPECT_LE(s.due_ms, r.now.wall_ms + 1000);
  r.pass(1s);
  EXPECT_TRUE(r.sent(1));
}

TEST_F(failing_target, an_open_circuit_writes_nothing_of_the_backlog_to_disk) {
  publish(100);
  open_circuit();
  const auto on_disk = r.store.count(fake_store::place::waiting);
  EXPECT_EQ(on_disk, 5u) << "only what led to the opening";
  EXPECT_EQ(r.store.count(fake_store::place::taken), 16u) << "and the window is full";
  const auto fetches = r.fetches;
  r.pass(30s);
  EXPECT_EQ(r.store.count(fake_store::place::waiting), on_disk);
  EXPECT_EQ(r.fetches, fetches);
}

TEST_F(failing_target, attempts_while_the_circuit_is_not_closed_are_not_counted) {
  publish(40);
  open_circuit();
  for (int i = 0; i < 30; ++i) {
    r.pass_to_wake();
    r.answer_all(unreachable());
  }
  drain_all();
  for (std::uint64_t seq = 1; seq <= 40; ++seq)
    EXPECT_LE(r.store.at(seq).what.history.attempts, 2u) << seq;
}

TEST_F(failing_target, probes_are_another_delivery_each_time_oldest_and_newest_in_turn) {
  publish(12);
  open_circuit();
  std::vector<std::uint64_t> probed;
  while (probed.size() < 6) {
    r.pass_to_wake();
    if (r.in_flight.empty()) continue;
    ASSERT_EQ(r.in_flight.size(), 1u);
    probed.push_back(r.in_flight.begin()->first);
    r.answer_all(unreachable());
  }
  EXPECT_EQ(probed, (std::vector<std::uint64_t>{6, 12, 7, 11, 8, 10}));
}

TEST_F(failing_target, with_an_empty_window_what_waits_on_disk_is_probed_due_or_not) {
  publish(5);
  open_circuit();
  ASSERT_EQ(r.store.count(fake_store::place::waiting), 5u);
  while (r.status().breaker == breaker_state::open) ASSERT_TRUE(r.pass_to_wake());
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(failing_target, after_the_closing_what_waited_comes_at_once_and_as_a_trickle) {
  r.options.retry.initial = 1h;
  r.core = std::make_unique<dispatcher>(r.options, 1);
  r.open();
  publish(30);
  open_circuit();
  while (r.status().breaker == breaker_state::open) r.pass_to_wake();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(r.in_flight.size(), 1u);
    r.answer_all(delivered());
  }
  ASSERT_EQ(r.status().state, connector_state::running);
  EXPECT_LE(r.in_flight.size(), 2u);
  const auto healed_at = r.now.steady;
  drain_all();
  EXPECT_LE(r.now.steady - healed_at, 1s) << "nothing waited out its back-off";
}

TEST_F(failing_target, one_that_fails_while_others_go_through_does_not_open_the_circuit) {
  publish(1);
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(r.sent(1));
    r.answer(1, unreachable());
    publish(1);
    r.answer(last_, delivered());
    EXPECT_EQ(r.status().breaker, breaker_state::closed);
    while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
  }
  EXPECT_EQ(r.store.at(1).what.history.event_scope_failures, 29u) << "all but the first";
}

TEST_F(failing_target, gives_up_after_its_number_of_event_scope_failures) {
  r.options.retry.max_attempts = 3;
  r.core = std::make_unique<dispatcher>(r.options, 1);
  r.open();
  publish(1);
  for (int i = 0; i < 3; ++i) {
    while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
    r.answer(1, conflict());
  }
  EXPECT_EQ(last_settlement(r, 1).what, settlement::kind::dead);
  EXPECT_EQ(last_settlement(r, 1).why, reason::max_attempts);
  EXPECT_EQ(last_settlement(r, 1).limit, "max_attempts");
}

TEST_F(failing_target, gives_up_after_reachable_time_only) {
  r.options.retry.give_up_after = 10s;
  r.options.retry.max = 1s;
  r.core = std::make_unique<dispatcher>(r.options, 1);
  r.open();
  publish(1);
  r.answer(1, conflict());
  r.run([&](dispatch_actions& out) { r.core->pause(r.now, out); });
  r.pass(1h);
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  ASSERT_TRUE(r.sent(1));
  r.answer(1, conflict());
  EXPECT_EQ(last_settlement(r, 1).what, settlement::kind::retry) << "the hour was a pause";
  const auto start = r.now.steady;
  while (last_settlement(r, 1).what == settlement::kind::retry) {
    while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
    r.answer(1, conflict());
  }
  EXPECT_EQ(last_settlement(r, 1).why, reason::gave_up);
  EXPECT_GE(r.now.steady - start, 9s);
  EXPECT_LE(r.now.steady - start, 12s);
}

TEST_F(failing_target, a_throttle_pauses_the_whole_connector_and_writes_nothing) {
  publish(10);
  r.answer(1, throttled(30'000));
  r.answer_all(delivered());
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.status().state, connector_state::throttled);
  EXPECT_EQ(r.store.count(fake_store::place::waiting), 0u);
  r.pass(29s);
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(5s);
  EXPECT_EQ(r.in_flight.size(), 1u) << "it comes back slowly";
  EXPECT_TRUE(r.sent(1)) << "the throttled one first";
  drain_all();
  EXPECT_EQ(r.store.at(1).what.history.attempts, 1u);
}

TEST_F(failing_target, a_throttled_probe_leaves_the_circuit_half_open) {
  publish(12);
  open_circuit();
  while (r.status().breaker == breaker_state::open) r.pass_to_wake();
  r.answer_all(throttled(5'000));
  EXPECT_EQ(r.status().breaker, breaker_state::half_open);
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(6s);
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(failing_target, refused_credentials_hold_the_connector_and_bury_nothing) {
  publish(30);
  r.answer_all(unauthorized());
  EXPECT_EQ(r.status().state, connector_state::held);
  ASSERT_EQ(r.in_flight.size(), 1u) << "probed at once";
  for (int minute = 0; minute < 60; ++minute) {
    r.answer_all(unauthorized());
    EXPECT_TRUE(r.in_flight.empty());
    r.pass(61s);
    ASSERT_EQ(r.in_flight.size(), 1u) << minute;
  }
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
  r.answer_all(rejected());  // the target judges events again
  EXPECT_EQ(r.status().state, connector_state::running);
  EXPECT_EQ(r.store.count(fake_store::place::ended), 1u);
  drain_all();
}

TEST_F(failing_target, an_answer_from_before_the_hold_does_not_end_it) {
  publish(30);
  r.answer(1, unauthorized());
  r.answer(2, rejected());
  r.answer(3, delivered());
  EXPECT_EQ(r.status().state, connector_state::held);
}

TEST_F(failing_target, a_probe_from_before_the_hold_does_not_end_it) {
  r.options.concurrency = 8;
  r.core = std::make_unique<dispatcher>(r.options, 1);
  r.open();
  publish(30);
  const auto slow = r.sent_seqs().back();
  for (int i = 0; i < 5; ++i) r.answer(r.sent_seqs().front(), unreachable());
  ASSERT_EQ(r.status().state, connector_state::open);
  for (const auto seq : r.sent_seqs())
    if (seq != slow) r.answer(seq, unreachable());
  while (r.in_flight.size() < 2) ASSERT_TRUE(r.pass_to_wake());
  r.answer(slow, unauthorized());
  ASSERT_EQ(r.status().state, connector_state::held);
  r.answer(r.sent_seqs().front(), delivered());  // the half-open circuit had asked it
  EXPECT_EQ(r.status().state, connector_state::held);
  ASSERT_EQ(r.in_flight.size(), 1u) << "now the hold asks";
  r.answer_all(delivered());
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(failing_target, a_redirect_or_a_certificate_not_trusted_holds_it_until_it_is_put_right) {
  auto redirected = unauthorized();
  redirected.status = 302;
  auto not_trusted = unauthorized();
  not_trusted.status = 0;
  not_trusted.why = reason::certificate_refused;
  for (const auto& refusal : {redirected, not_trusted}) {
    publish(30);
    r.answer_all(refusal);
    EXPECT_EQ(r.status().state, connector_state::held);
    for (int minute = 0; minute < 10; ++minute) {
      r.pass(61s);
      ASSERT_EQ(r.in_flight.size(), 1u) << "probed";
      r.answer_all(refusal);
    }
    EXPECT_EQ(r.store.count(fake_store::place::waiting), 0u) << "nothing is counted";
    r.pass(61s);
    r.answer_all(rejected());  // an answer for the event: we are let in
    EXPECT_EQ(r.status().state, connector_state::running);
    drain_all();
  }
}

TEST_F(failing_target, what_was_sent_is_kept_with_a_failure_on_record_and_only_then) {
  const auto fail = [&](std::uint64_t seq) {
    const auto order = r.in_flight.extract(seq);
    std::vector<attempt_outcome> outcomes(1);
    outcomes[0].key = order.mapped().what.key;
    outcomes[0].with = order.mapped().with;
    outcomes[0].result = unreachable();
    outcomes[0].rendered = std::make_shared<const rendered_request>();
    r.run([&](dispatch_actions& out) { r.core->attempted(std::move(outcomes), r.now, out); });
  };
  publish(6);
  for (int i = 0; i < 5; ++i) fail(r.sent_seqs().front());
  ASSERT_EQ(r.status().state, connector_state::open);
  EXPECT_TRUE(last_settlement(r, 1).rendered);
  while (!r.sent(6)) {
    for (const auto seq : r.sent_seqs()) fail(seq);
    ASSERT_TRUE(r.pass_to_wake());
  }
  fail(6);  // a probe: not counted, not on record
  EXPECT_TRUE(r.store.at(6).settled.empty());
  while (!r.sent(6)) {
    for (const auto seq : r.sent_seqs()) fail(seq);
    ASSERT_TRUE(r.pass_to_wake());
  }
  EXPECT_FALSE(r.in_flight.at(6).what.rendered) << "it is mapped anew";
}

TEST_F(failing_target, a_manual_hold_waits_for_an_operator) {
  publish(30);
  r.answer_all(gone());
  r.pass(24h);
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.status().state, connector_state::held);
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  EXPECT_EQ(r.in_flight.size(), 1u);
  drain_all();
}

TEST_F(failing_target, many_rejections_in_a_row_hold_the_connector_until_one_is_delivered) {
  publish(60);
  r.answer(1, delivered());
  for (int i = 0; i < 20; ++i) r.answer(r.sent_seqs().front(), rejected());
  EXPECT_EQ(r.status().state, connector_state::held);
  const auto buried = r.store.count(fake_store::place::ended);
  EXPECT_EQ(buried, 21u);
  r.answer_all(rejected());  // what was in flight, and a probe
  for (int i = 0; i < 50; ++i) {
    r.pass(61s);
    r.answer_all(rejected());
  }
  EXPECT_LE(r.store.count(fake_store::place::ended), buried + 3) << "probes bury nothing";
  EXPECT_EQ(r.store.at(2).settled.back().group, 2u);
  EXPECT_EQ(r.store.at(20).settled.back().group, 2u);
  r.pass(61s);
  r.answer_all(delivered());
  EXPECT_EQ(r.status().state, connector_state::running);
  drain_all();
}

TEST_F(failing_target, forbidden_again_after_another_went_through_is_a_dead_letter) {
  publish(2);
  r.answer(1, forbidden());
  r.answer(2, delivered());
  while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
  r.answer(1, forbidden());
  EXPECT_EQ(last_settlement(r, 1).what, settlement::kind::dead);
  EXPECT_EQ(last_settlement(r, 1).why, reason::refused_repeatedly);
  EXPECT_EQ(r.status().breaker, breaker_state::closed);
}

TEST_F(failing_target, forbidden_five_times_in_a_row_holds_the_connector) {
  publish(8);
  for (int i = 0; i < 5; ++i) r.answer(r.sent_seqs().front(), forbidden());
  EXPECT_EQ(r.status().state, connector_state::held);
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
}

TEST_F(failing_target, what_is_too_late_expires_instead_of_being_sent) {
  r.store.add(1, no_lane, R"({"expirytime":"1970-01-12T13:46:41Z"})");  // a second from now
  r.store.add(2);
  r.run([&](dispatch_actions& out) { r.core->pause(r.now, out); });
  r.run([&](dispatch_actions& out) { r.core->work_available(r.now, out); });
  r.pass(2s);
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  EXPECT_EQ(last_settlement(r, 1).what, settlement::kind::expired);
  EXPECT_EQ(last_settlement(r, 1).why, reason::deadline_passed);
  EXPECT_FALSE(last_settlement(r, 1).counted);
  EXPECT_TRUE(r.sent(2));
}

TEST_F(failing_target, one_delivery_that_alone_keeps_the_circuit_open_is_reported) {
  publish(1);
  const auto suspected = [&] {
    return std::count_if(r.reports.begin(), r.reports.end(), [](const connector_event& e) {
      return e.what == connector_event::kind::suspected_poison;
    });
  };
  const auto start = r.now.steady;
  while (suspected() == 0 && r.now.steady - start < 2h) {
    r.pass_to_wake();
    r.answer_all(unreachable());
  }
  EXPECT_EQ(suspected(), 1);
  EXPECT_GE(r.now.steady - start, 1h);
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
}

TEST_F(failing_target, a_second_answer_to_an_attempt_changes_nothing) {
  publish(2);
  const auto order = r.in_flight.at(1);
  r.answer(1, unreachable());
  while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
  std::vector<attempt_outcome> again(1);
  again[0].key = order.what.key;
  again[0].with = order.with;
  again[0].result = delivered();
  r.run([&](dispatch_actions& out) { r.core->attempted(std::move(again), r.now, out); });
  EXPECT_TRUE(r.sent(1));
  EXPECT_EQ(r.store.at(1).at, fake_store::place::taken);
  EXPECT_EQ(r.status().in_flight, 2u);
}

TEST_F(failing_target, retries_do_not_crowd_out_fresh_work) {
  r.options.concurrency = 10;
  r.options.window = 100;
  r.core = std::make_unique<dispatcher>(r.options, 1);
  r.open();
  publish(50);
  for (std::uint64_t seq = 1; seq <= 30; ++seq) r.answer(seq, conflict());
  r.run([&](dispatch_actions& out) { r.core->pause(r.now, out); });
  r.pass(5s);
  publish(50);
  r.answer_all(delivered());
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  r.answer_all(delivered());  // the retries are still being read
  for (int round = 0; round < 5; ++round) {
    const auto seqs = r.sent_seqs();
    const auto retries = std::count_if(seqs.begin(), seqs.end(), [](auto s) { return s <= 30; });
    EXPECT_GE(retries, 1);
    EXPECT_LE(retries, 2);
    r.answer_all(delivered());
  }
  drain_all();
}
