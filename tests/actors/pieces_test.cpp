// The actors' parts that need no actor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "actors/fetch_reply.hpp"
#include "actors/in_flight.hpp"
#include "actors/intake.hpp"
#include "actors/restart_limit.hpp"
#include "actors/telemetry.hpp"
#include "messages/reply.hpp"
#include "tests/actors/world.hpp"

namespace airtrain {
namespace {

using namespace std::chrono_literals;

TEST(reply, answers_once) {
  std::vector<int> answers;
  reply<int> to([&](int n) { answers.push_back(n); }, -1);
  const auto copy = to;
  copy(1);
  to(2);
  EXPECT_THAT(answers, ::testing::ElementsAre(1));
}

TEST(reply, tells_the_asker_when_nobody_will_answer) {
  std::vector<int> answers;
  {
    reply<int> to([&](int n) { answers.push_back(n); }, -1);
  }
  EXPECT_THAT(answers, ::testing::ElementsAre(-1));
}

struct fetch_reply_test : ::testing::Test {
  int later = 0;
  std::shared_ptr<fetch_reply> answer = std::make_shared<fetch_reply>(
      fetch_request{}, [this](const std::shared_ptr<fetch_reply>&) { ++later; });
};

TEST_F(fetch_reply_test, an_answer_during_the_call_needs_no_message) {
  fetch_reply::give(answer, fetch_result{});
  EXPECT_TRUE(answer->answered_during_call());
  EXPECT_EQ(later, 0);
}

TEST_F(fetch_reply_test, an_answer_after_the_call_is_told_once) {
  EXPECT_FALSE(answer->answered_during_call());
  fetch_reply::give(answer, fetch_result{});
  EXPECT_EQ(later, 1);
}

attempt_order order(std::uint64_t serial) {
  attempt_order made;
  made.what.key = {serial, 0};
  made.what.event = test_event("e", "t", 77);
  made.with.serial = serial;
  return made;
}

instant at(std::chrono::microseconds steady) {
  return {steady, 0};
}

TEST(in_flight, knows_the_first_outcome_of_an_attempt_from_any_later_one) {
  in_flight attempts(10s);
  attempts.sent(order(1), at(0s));
  attempts.sent(order(2), at(0s));
  EXPECT_EQ(attempts.completed(order(2).with), 77);
  EXPECT_EQ(attempts.completed(order(2).with), std::nullopt);
  EXPECT_EQ(attempts.completed(order(3).with), std::nullopt);
  EXPECT_EQ(attempts.size(), 1u);
}

TEST(in_flight, gives_up_an_attempt_when_its_time_is_over_and_not_before) {
  in_flight attempts(10s);
  attempts.sent(order(1), at(0s));
  attempts.sent(order(2), at(4s));
  EXPECT_TRUE(attempts.overdue(at(9'999'999us)).empty());
  const auto given_up = attempts.overdue(at(10s));
  ASSERT_EQ(given_up.size(), 1u);
  EXPECT_EQ(given_up[0].with.serial, 1u);
  EXPECT_EQ(given_up[0].result.why, reason::attempt_timeout);
  EXPECT_EQ(given_up[0].result.outcome, answer_class::retry);
  EXPECT_EQ(attempts.completed(order(1).with), std::nullopt);
  EXPECT_EQ(attempts.next_deadline(), std::chrono::microseconds(14s));
}

TEST(in_flight, has_no_deadline_when_everything_has_completed) {
  in_flight attempts(10s);
  attempts.sent(order(1), at(0s));
  attempts.sent(order(2), at(1s));
  attempts.completed(order(1).with);
  EXPECT_EQ(attempts.next_deadline(), std::chrono::microseconds(11s));
  attempts.completed(order(2).with);
  EXPECT_EQ(attempts.next_deadline(), std::nullopt);
}

TEST(restart_limit, allows_so_many_restarts_within_the_window_with_growing_delays) {
  restart_limit limit(2, 60s);
  const auto first = limit.crashed(0s);
  const auto second = limit.crashed(1s);
  ASSERT_TRUE(first && second);
  EXPECT_GT(*second, *first);
  EXPECT_EQ(limit.crashed(2s), std::nullopt);
}

TEST(restart_limit, forgets_crashes_older_than_the_window) {
  restart_limit limit(1, 60s);
  EXPECT_TRUE(limit.crashed(0s));
  EXPECT_TRUE(limit.crashed(61s));
  EXPECT_FALSE(limit.crashed(62s));
  limit.forget();
  EXPECT_TRUE(limit.crashed(63s));
}

struct intake_test : ::testing::Test {
  int wakes = 0;
  intake in{{.events_max = 10, .bytes_max = 1u << 20, .publishes_max = 2}, [this] { ++wakes; }};

  submit_code add(std::size_t events) {
    std::vector<submission> one{{std::vector<event_ref>(events, test_event("e", "t", 0)), nullptr}};
    return in.add(one).front();
  }
  std::vector<submission> take() {
    std::vector<submission> taken;
    in.take(taken);
    return taken;
  }
};

TEST_F(intake_test, takes_of_many_those_that_fit_and_leaves_the_others) {
  std::vector<submission> many;
  for (const auto events : {4, 8, 6})
    many.push_back(
        {std::vector<event_ref>(static_cast<std::size_t>(events), test_event("e", "t", 0)),
         nullptr});
  EXPECT_EQ(in.add(many),
            (std::vector{submit_code::none, submit_code::overloaded, submit_code::none}));
  EXPECT_EQ(many[1].events.size(), 8u) << "what is refused is left to be answered";
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(take().size(), 2u);
}

TEST_F(intake_test, wakes_the_router_once_until_it_found_nothing) {
  add(1);
  add(1);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(take().size(), 2u);
  add(1);
  EXPECT_EQ(wakes, 1) << "the router is awake and will look again";
  EXPECT_EQ(take().size(), 1u);
  EXPECT_TRUE(take().empty());
  add(1);
  EXPECT_EQ(wakes, 1) << "the store has two batches: its answer wakes the router";
}

TEST_F(intake_test, a_finished_batch_wakes_a_router_that_had_to_wait_for_the_store) {
  add(1);
  const auto first = take();
  add(1);
  const auto second = take();
  add(1);
  EXPECT_TRUE(take().empty());
  in.finished(first);
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(take().size(), 1u);
}

TEST_F(intake_test, counts_events_until_they_are_committed) {
  EXPECT_EQ(add(6), submit_code::none);
  const auto taken = take();
  EXPECT_EQ(add(5), submit_code::overloaded);
  in.finished(taken);
  EXPECT_EQ(add(5), submit_code::none);
}

TEST_F(intake_test, takes_a_request_above_its_limit_alone) {
  EXPECT_EQ(add(11), submit_code::none);
  EXPECT_EQ(add(1), submit_code::overloaded);
}

TEST_F(intake_test, is_empty_once_everything_is_committed) {
  add(1);
  const auto taken = take();
  EXPECT_FALSE(in.wait_until_empty(std::chrono::steady_clock::now()));
  std::thread store([&] { in.finished(taken); });
  EXPECT_TRUE(in.wait_until_empty(std::chrono::steady_clock::now() + 10s));
  store.join();
}

TEST_F(intake_test, gives_back_what_was_not_taken_when_it_closes) {
  add(2);
  EXPECT_EQ(in.close().size(), 1u);
  EXPECT_EQ(add(1), submit_code::draining);
  EXPECT_TRUE(in.wait_until_empty(std::chrono::steady_clock::now()));
}

TEST(latency_histogram, puts_each_value_into_the_first_bucket_that_holds_it) {
  for (const std::int64_t us : {0, 1, 2, 3, 4, 5, 63, 64, 65, 1'000'000}) {
    latency_histogram h;
    h.add(us);
    for (std::size_t i = 0; i < latency_histogram::buckets; ++i) {
      if (h.bucket(i) == 0) continue;
      const auto value = static_cast<double>(us) / 1e6;
      EXPECT_LE(value, latency_histogram::upper_seconds(i) * (1 + 1e-12)) << us;
      if (i > 0) {
        EXPECT_GT(value, latency_histogram::upper_seconds(i - 1)) << us;
      }
    }
  }
}

TEST(latency_histogram, tells_quantiles_within_a_bucket) {
  latency_histogram h;
  for (int i = 1; i <= 1000; ++i) h.add(i * 1000);
  EXPECT_EQ(h.count(), 1000u);
  EXPECT_NEAR(h.sum_seconds(), 500.5, 0.001);
  EXPECT_NEAR(h.quantile(0.5), 0.5, 0.1);
  EXPECT_NEAR(h.quantile(0.99), 0.99, 0.2);
  EXPECT_EQ(latency_histogram{}.quantile(0.5), 0);
}

}  // namespace
}  // namespace airtrain
