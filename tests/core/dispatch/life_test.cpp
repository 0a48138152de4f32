#include "tests/core/dispatch/opened_rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

struct life : opened_rig {
  std::string why(std::uint64_t seq, lane_id lane = no_lane) const {
    std::string codes;
    for (const auto& reason : r.core->why({seq, 0}, lane, r.now).waits_for)
      codes += (codes.empty() ? "" : " ") + reason.what;
    return codes;
  }
};

}  // namespace

TEST_F(life, a_drain_gives_back_what_was_never_sent_and_lets_the_rest_settle) {
  publish(10);
  r.run([&](dispatch_actions& out) { r.core->drain(r.now, out); });
  EXPECT_EQ(r.store.count(fake_store::place::log), 6u);
  EXPECT_EQ(r.in_flight.size(), 4u);
  r.answer(1, delivered());
  r.answer(2, unreachable());
  r.answer(3, throttled());
  r.answer(4, unauthorized());
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(r.store.count(fake_store::place::taken), 0u);
  publish(1);
  EXPECT_TRUE(r.in_flight.empty());
}

TEST_F(life, a_pause_survives_a_restart) {
  publish(10);
  r.run([&](dispatch_actions& out) { r.core->pause(r.now, out); });
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::paused);
  EXPECT_TRUE(r.in_flight.empty());
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  EXPECT_EQ(r.in_flight.size(), 4u);
}

TEST_F(life, the_strongest_of_its_states_is_shown) {
  const auto command = [&](breaker_command what) {
    r.run([&](dispatch_actions& out) { r.core->command(what, r.now, out); });
  };
  publish(10);
  EXPECT_EQ(r.status().state, connector_state::running);
  r.answer(1, throttled(3'000'000));
  EXPECT_EQ(r.status().state, connector_state::throttled);
  command(breaker_command::force_open);
  EXPECT_EQ(r.status().state, connector_state::open);
  r.answer(2, unauthorized());
  EXPECT_EQ(r.status().state, connector_state::held);
  r.pause();
  EXPECT_EQ(r.status().state, connector_state::paused);
  r.resume();
  EXPECT_EQ(r.status().state, connector_state::held);
  r.resume();
  EXPECT_EQ(r.status().state, connector_state::open);
  command(breaker_command::automatic);
  EXPECT_EQ(r.status().state, connector_state::throttled);
}

TEST_F(life, no_hint_of_the_target_is_followed_for_longer_than_the_limit) {
  publish(4);
  for (const auto seq : r.sent_seqs()) r.answer(seq, throttled(36'000'000));
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(67min);
  EXPECT_FALSE(r.in_flight.empty());
}

TEST_F(life, a_hold_survives_a_restart_and_is_probed_at_once) {
  publish(10);
  r.answer_all(unauthorized());
  r.restart();
  EXPECT_EQ(r.status().state, connector_state::held);
  EXPECT_EQ(r.status().why, "status 401");
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(life, an_open_circuit_survives_a_restart) {
  publish(10);
  for (int i = 0; i < 5; ++i) r.answer(r.sent_seqs().front(), unreachable());
  r.pass(10s);
  r.restart();
  EXPECT_EQ(r.status().breaker, breaker_state::open);
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(24s);
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(life, what_was_delivered_ever_survives_a_restart) {
  publish(10);
  while (!r.in_flight.empty()) r.answer_all(delivered());
  r.pass(6s);
  r.restart();
  EXPECT_EQ(r.status().delivered_total, 10u);
}

TEST_F(life, resume_ends_a_pause_first_and_then_a_hold) {
  publish(10);
  r.answer_all(gone());
  r.run([&](dispatch_actions& out) { r.core->pause(r.now, out); });
  EXPECT_EQ(r.status().state, connector_state::paused);
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  EXPECT_EQ(r.status().state, connector_state::held);
  r.run([&](dispatch_actions& out) { r.core->resume(r.now, out); });
  EXPECT_EQ(r.status().state, connector_state::running);
}

TEST_F(life, an_operator_opens_and_closes_the_circuit) {
  publish(10);
  r.run([&](dispatch_actions& out) { r.core->command(breaker_command::force_open, r.now, out); });
  r.answer_all(delivered());
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(24h);
  EXPECT_TRUE(r.in_flight.empty());
  EXPECT_EQ(why(5), "breaker");
  r.run([&](dispatch_actions& out) { r.core->command(breaker_command::automatic, r.now, out); });
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(life, the_rate_is_kept) {
  r.options.rate_per_second = 10;
  r.restart();
  publish(100);
  const auto start = r.now.steady;
  while (!r.store.all_ended()) {
    r.answer_all(delivered());
    if (!r.in_flight.empty()) continue;
    ASSERT_TRUE(r.pass_to_wake());
  }
  EXPECT_GE(r.now.steady - start, 9800ms);
  EXPECT_LE(r.now.steady - start, 10200ms);
}

TEST_F(life, a_store_that_cannot_be_read_is_asked_again_after_a_pause) {
  dispatcher d{r.options, 1};
  dispatch_actions out;
  d.opened({}, r.now, out);
  ASSERT_TRUE(out.fetch);
  fetch_result failed;
  failed.request = *out.fetch;
  failed.error = "damaged";
  out.clear();
  d.fetched(failed, r.now, out);
  EXPECT_FALSE(out.fetch);
  ASSERT_EQ(out.report.size(), 1u);
  ASSERT_TRUE(out.wake_at);
  r.now.steady = *out.wake_at;
  out.clear();
  d.tick(r.now, out);
  EXPECT_TRUE(out.fetch);
}

TEST_F(life, word_of_new_work_that_overtakes_an_empty_answer_is_not_lost) {
  dispatcher d{r.options, 1};
  dispatch_actions out;
  d.opened({}, r.now, out);
  fetch_result empty;
  empty.request = *out.fetch;
  out.clear();
  d.work_available(r.now, out);
  EXPECT_FALSE(out.fetch) << "one at a time";
  d.fetched(empty, r.now, out);
  ASSERT_TRUE(out.fetch);
  EXPECT_EQ(out.fetch->what, fetch_kind::fresh);
}

TEST_F(life, an_operators_reset_makes_due_what_waited_on_the_target) {
  r.options.retry.initial = 1h;
  r.restart();
  publish(3);
  r.answer_all(unreachable());
  EXPECT_TRUE(r.in_flight.empty());
  r.run([&](dispatch_actions& out) { r.core->command(breaker_command::reset, r.now, out); });
  EXPECT_EQ(r.in_flight.size(), 1u);
}

TEST_F(life, idle_it_waits_for_nothing_and_fetches_nothing) {
  publish(3);
  while (!r.in_flight.empty()) r.answer_all(delivered());
  r.pass(10s);
  const auto fetches = r.fetches;
  EXPECT_FALSE(r.wake_at);
  r.run([&](dispatch_actions& out) { r.core->tick(r.now, out); });
  EXPECT_EQ(r.fetches, fetches);
}

TEST_F(life, why_names_what_a_delivery_waits_for) {
  publish(40);
  EXPECT_EQ(why(1), "");
  EXPECT_EQ(why(5), "concurrency");
  EXPECT_EQ(why(40), "behind");
  r.answer(1, conflict());
  EXPECT_EQ(why(1), "retry");
  r.answer(2, throttled(5'000));
  EXPECT_EQ(why(2), "throttle");
  EXPECT_EQ(r.core->why({2, 0}, no_lane, r.now).earliest_ms,
            r.core->why({2, 0}, no_lane, r.now).waits_for[0].until_ms);
  r.run([&](dispatch_actions& out) { r.core->pause(r.now, out); });
  EXPECT_EQ(why(2), "pause throttle");
  EXPECT_EQ(r.core->why({2, 0}, no_lane, r.now).earliest_ms, 0);
}

TEST_F(life, why_names_the_one_ahead_in_the_lane) {
  r.add(1, 7);
  r.add(2, 7);
  EXPECT_EQ(why(1, 7), "");
  EXPECT_EQ(why(2, 7), "lane");
  EXPECT_EQ(r.core->why({2, 0}, 7, r.now).waits_for[0].id, "1.0");
  r.answer(1, conflict());
  EXPECT_EQ(why(1, 7), "retry");
  EXPECT_GT(r.core->why({1, 0}, 7, r.now).earliest_ms, r.now.wall_ms);
  EXPECT_EQ(why(2, 7), "lane");
}

TEST(status_names, are_those_of_the_api) {
  EXPECT_EQ(to_string(connector_state::held), "held");
  EXPECT_EQ(to_string(breaker_state::half_open), "half_open");
}
