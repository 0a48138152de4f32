#include <gtest/gtest.h>

#include "tests/connectors/events.hpp"

namespace airtrain {
namespace {

struct attempt_test : ::testing::Test {
  std::shared_ptr<recording_sink> sink = std::make_shared<recording_sink>();
  attempt make() { return {order_of(json_event("{}")), sink, 1000}; }
};

TEST_F(attempt_test, completes_with_its_verdict_and_its_permit) {
  verdict delivered;
  delivered.outcome = answer_class::delivered;
  make().complete(delivered);
  ASSERT_EQ(sink->outcomes.size(), 1u);
  EXPECT_EQ(sink->outcomes[0].result.outcome, answer_class::delivered);
  EXPECT_EQ(sink->outcomes[0].key, (delivery_key{7, 0}));
  EXPECT_EQ(sink->outcomes[0].with.serial, 3u);
  EXPECT_EQ(sink->outcomes[0].started_wall_ms, 1000);
}

TEST_F(attempt_test, one_that_is_dropped_is_retried) {
  { const auto dropped = make(); }
  ASSERT_EQ(sink->outcomes.size(), 1u);
  EXPECT_EQ(sink->outcomes[0].result.outcome, answer_class::retry);
  EXPECT_EQ(sink->outcomes[0].result.scope, failure_scope::connector);
  EXPECT_EQ(sink->outcomes[0].result.why, reason::connector_threw);
}

TEST_F(attempt_test, one_that_is_moved_completes_once) {
  auto first = make();
  auto second = std::move(first);
  second.complete({});
  EXPECT_EQ(sink->outcomes.size(), 1u);
}

TEST_F(attempt_test, one_that_is_overwritten_counts_as_dropped) {
  auto kept = make();
  kept = make();
  EXPECT_EQ(sink->outcomes.size(), 1u);
  EXPECT_EQ(sink->outcomes[0].result.why, reason::connector_threw);
  kept.complete({});
  EXPECT_EQ(sink->outcomes.size(), 2u);
}

using attempt_death_test = attempt_test;
TEST_F(attempt_death_test, a_second_completion_ends_the_process) {
  auto work = make();
  work.complete({});
  EXPECT_DEATH(work.complete({}), "invariant broken");
}

}  // namespace
}  // namespace airtrain
