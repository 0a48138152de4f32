#include "core/backlog_gate.hpp"

#include <gtest/gtest.h>

namespace airtrain {
namespace {

using answer = backlog_gate::answer;

TEST(backlog_gate, takes_all_for_connectors_without_a_limit) {
  backlog_gate gate;
  EXPECT_TRUE(gate.open());
  EXPECT_EQ(gate.ask(7, 1'000'000), answer::fits);
  gate.limit(3, {.bytes_max = 0}, 5);
  EXPECT_TRUE(gate.open());
  gate.limit(3, {.bytes_max = 10}, 5);
  EXPECT_FALSE(gate.open());
  gate.take(1, 1'000'000);
  EXPECT_EQ(gate.ask(1, 1'000'000), answer::fits);
}

TEST(backlog_gate, never_lets_a_backlog_pass_its_limit) {
  backlog_gate gate;
  gate.limit(3, {.bytes_max = 100}, 60);
  EXPECT_EQ(gate.ask(3, 40), answer::fits);
  EXPECT_EQ(gate.ask(3, 41), answer::refuse);
  gate.take(3, 40);
  EXPECT_EQ(gate.ask(3, 1), answer::refuse);
}

TEST(backlog_gate, lets_an_empty_backlog_take_one_that_is_larger_than_its_limit) {
  backlog_gate gate;
  gate.limit(3, {.bytes_max = 100}, 0);
  EXPECT_EQ(gate.ask(3, 1000), answer::fits);
  gate.take(3, 1000);
  EXPECT_EQ(gate.ask(3, 1), answer::refuse);
}

TEST(backlog_gate, says_what_was_configured_for_a_full_one) {
  backlog_gate gate;
  gate.limit(3, {.bytes_max = 100, .then = when_full::dead_letter}, 100);
  gate.limit(4, {.bytes_max = 100, .then = when_full::refuse}, 100);
  EXPECT_EQ(gate.ask(3, 1), answer::dead_letter);
  EXPECT_EQ(gate.ask(4, 1), answer::refuse);
}

TEST(backlog_gate, gives_back_what_a_refused_request_took) {
  backlog_gate gate;
  gate.limit(3, {.bytes_max = 100}, 10);
  gate.begin_request();
  gate.take(3, 30);
  gate.begin_request();
  gate.take(3, 60);
  EXPECT_EQ(gate.ask(3, 1), answer::refuse);
  gate.refuse_request();
  EXPECT_EQ(gate.ask(3, 60), answer::fits);
  EXPECT_EQ(gate.ask(3, 61), answer::refuse);
}

}  // namespace
}  // namespace airtrain
