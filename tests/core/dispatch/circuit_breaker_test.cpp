#include "core/dispatch/circuit_breaker.hpp"

#include <gtest/gtest.h>

using namespace airtrain;
using namespace std::chrono_literals;

namespace {

struct circuit : ::testing::Test {
  circuit_breaker breaker{breaker_options{}};
  random_source random{3};
  std::chrono::microseconds now = 100s;

  bool fail(std::optional<std::chrono::milliseconds> hint = std::nullopt) {
    return breaker.failed(breaker.generation(), now, hint, random);
  }
  bool succeed() { return breaker.succeeded(breaker.generation(), now); }
  void open() {
    while (!fail()) {
    }
  }
  void half_open() {
    now = *breaker.open_until();
    ASSERT_TRUE(breaker.advance(now));
  }
};

}  // namespace

using circuit_breaker_rules = circuit;

TEST_F(circuit_breaker_rules, five_failures_in_a_row_open_it) {
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(fail());
  succeed();
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(fail());
  EXPECT_TRUE(fail());
  EXPECT_EQ(breaker.state(), breaker_state::open);
}

TEST_F(circuit_breaker_rules, half_of_at_least_ten_calls_failing_opens_it) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(fail());
    succeed();
  }
  EXPECT_FALSE(fail());  // 5 of 9: too few calls to judge
  succeed();
  EXPECT_TRUE(fail());  // 6 of 11
}

TEST_F(circuit_breaker_rules, fewer_than_half_failing_leave_it_closed) {
  for (int i = 0; i < 200; ++i) {
    EXPECT_FALSE(fail());
    succeed();
    succeed();
    now += 100ms;
  }
}

TEST_F(circuit_breaker_rules, failures_older_than_the_window_are_forgotten) {
  for (int i = 0; i < 8; ++i) {
    fail();
    succeed();
    now += 1ms;
    if (i == 3) now += 61s;
  }
  EXPECT_EQ(breaker.state(), breaker_state::closed);
}

TEST_F(circuit_breaker_rules, an_answer_from_before_the_opening_cannot_close_the_circuit) {
  const auto before = breaker.generation();
  open();
  half_open();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(breaker.succeeded(before, now));
  EXPECT_EQ(breaker.state(), breaker_state::half_open);
}

TEST_F(circuit_breaker_rules, a_failure_from_before_the_closing_cannot_open_it_again) {
  open();
  half_open();
  const auto before = breaker.generation();
  for (int i = 0; i < 3; ++i) succeed();
  ASSERT_EQ(breaker.state(), breaker_state::closed);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(breaker.failed(before, now, std::nullopt, random));
}

TEST_F(circuit_breaker_rules, three_successes_close_it_and_one_failure_reopens_it) {
  open();
  half_open();
  EXPECT_FALSE(succeed());
  EXPECT_FALSE(succeed());
  EXPECT_TRUE(fail());
  EXPECT_EQ(breaker.state(), breaker_state::open);
  half_open();
  EXPECT_FALSE(succeed());
  EXPECT_FALSE(succeed());
  EXPECT_TRUE(succeed());
  EXPECT_EQ(breaker.state(), breaker_state::closed);
}

TEST_F(circuit_breaker_rules, stays_open_longer_with_each_opening_up_to_the_cap) {
  open();
  for (int n = 1; n <= 15; ++n) {
    const auto length = *breaker.open_until() - now;
    const auto plain = std::min<std::chrono::microseconds>(30s * n, 300s);
    EXPECT_GE(length, plain * 9 / 10);
    EXPECT_LE(length, plain * 11 / 10);
    half_open();
    ASSERT_TRUE(fail());
  }
  half_open();
  for (int i = 0; i < 3; ++i) succeed();
  open();
  EXPECT_LE(*breaker.open_until() - now, 33s) << "closing starts the count over";
}

TEST_F(circuit_breaker_rules, stays_open_until_the_targets_hint_when_that_is_later) {
  for (int i = 0; i < 4; ++i) fail();
  fail(10min);
  EXPECT_EQ(*breaker.open_until(), now + 10min);
}

TEST_F(circuit_breaker_rules, the_operators_states_do_not_move_by_themselves) {
  breaker.force_open();
  EXPECT_FALSE(breaker.lets_flow());
  for (int i = 0; i < 5; ++i) succeed();
  EXPECT_FALSE(breaker.advance(now + 24h));
  EXPECT_EQ(breaker.state(), breaker_state::forced_open);
  breaker.disable();
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(fail());
  EXPECT_TRUE(breaker.lets_flow());
  breaker.close();
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(fail());
  EXPECT_TRUE(fail());
}

TEST_F(circuit_breaker_rules, survives_a_restart) {
  open();
  half_open();
  fail();
  now += 10s;
  const auto kept = breaker.keep(now, 1'000'000);
  const auto left = *breaker.open_until() - now;

  circuit_breaker later{breaker_options{}};
  later.restore(kept, 5s, 1'004'000, 330s);
  EXPECT_EQ(later.state(), breaker_state::open);
  EXPECT_LE(*later.open_until() - 5s, left - 4s);
  EXPECT_GE(*later.open_until() - 5s, left - 4s - 1ms);
  later.advance(*later.open_until());
  later.failed(later.generation(), 200s, std::nullopt, random);
  EXPECT_GE(*later.open_until() - 200s, 81s) << "it was the third opening";
}

TEST_F(circuit_breaker_rules,
       after_a_clock_was_set_back_by_more_than_an_opening_it_is_probed_at_once) {
  open();
  const auto kept = breaker.keep(now, 1'000'000'000);
  circuit_breaker later{breaker_options{}};
  later.restore(kept, 5s, 1'000, 330s);
  EXPECT_EQ(*later.open_until(), 5s);
}
