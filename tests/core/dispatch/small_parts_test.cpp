#include <gtest/gtest.h>

#include "core/dispatch/attempt_slots.hpp"
#include "core/dispatch/hold.hpp"
#include "core/dispatch/refusals.hpp"
#include "core/dispatch/reject_guard.hpp"
#include "core/dispatch/throttle.hpp"

using namespace airtrain;
using namespace std::chrono_literals;

namespace {

dispatch_options slots_of(std::uint32_t concurrency) {
  dispatch_options options;
  options.concurrency = concurrency;
  return options;
}

}  // namespace

TEST(attempt_slots, retries_have_a_fifth_while_fresh_work_waits) {
  attempt_slots slots{slots_of(10)};
  slots.take(true);
  EXPECT_TRUE(slots.free_for_retry(true));
  slots.take(true);
  EXPECT_FALSE(slots.free_for_retry(true));
  EXPECT_TRUE(slots.free_for_retry(false));
  slots.give_back(true);
  EXPECT_TRUE(slots.free_for_retry(true));
}

TEST(attempt_slots, of_few_slots_retries_still_have_one) {
  attempt_slots slots{slots_of(2)};
  EXPECT_TRUE(slots.free_for_retry(true));
  slots.take(true);
  EXPECT_FALSE(slots.free_for_retry(true));
}

TEST(attempt_slots, a_single_slot_is_taken_in_turns) {
  attempt_slots slots{slots_of(1)};
  slots.take(true);
  slots.give_back(true);
  EXPECT_FALSE(slots.free_for_retry(true));
  EXPECT_TRUE(slots.free_for_retry(false));
  slots.take(false);
  slots.give_back(false);
  EXPECT_TRUE(slots.free_for_retry(true));
}

TEST(attempt_slots, after_an_outage_the_limit_doubles_from_one) {
  attempt_slots slots{slots_of(8)};
  slots.restart_low(10);
  slots.succeeded(9, 1ms, 11, 1s);
  for (const std::uint32_t expected : {1u, 2u, 4u, 8u, 8u}) {
    EXPECT_EQ(slots.limit(), expected);
    for (std::uint32_t i = 0; i < expected; ++i) slots.succeeded(10, 1ms, 11, 1s);
  }
}

TEST(throttle, pauses_grow_over_consecutive_throttles_and_start_over_after_a_delivery) {
  retry_options options;
  random_source random{1};
  const auto longest_pause = [&](int throttles) {
    std::chrono::microseconds longest{0};
    for (int trial = 0; trial < 200; ++trial) {
      throttle t;
      std::chrono::microseconds now = 1s;
      for (int i = 1; i <= throttles; ++i) {
        const auto serial = static_cast<std::uint64_t>(i);
        t.hit(options, std::nullopt, serial, serial + 1, now, random);
        if (i == throttles) longest = std::max(longest, t.until() - now);
        now = t.until();
      }
    }
    return longest;
  };
  EXPECT_LE(longest_pause(1), 1s);
  EXPECT_GT(longest_pause(5), 8s);

  throttle t;
  for (std::uint64_t i = 1; i < 10; ++i) t.hit(options, std::nullopt, i, i + 1, 1s, random);
  t.delivered();
  t.hit(options, std::nullopt, 100, 101, 10h, random);
  EXPECT_LE(t.until(), 10h + 1s);
}

TEST(throttle, what_was_in_flight_together_is_throttled_once) {
  retry_options options;
  options.initial = 1s;
  random_source random{1};
  throttle t;
  for (std::uint64_t serial = 1; serial <= 30; ++serial)
    t.hit(options, std::nullopt, serial, 31, 1s, random);
  EXPECT_LE(t.until(), 2s);
  t.hit(options, 20'000, 30, 31, 1s, random);
  EXPECT_GE(t.until(), 21s) << "a hint still counts";
}

TEST(hold, is_probed_at_once_and_then_every_interval) {
  hold h{60s};
  EXPECT_FALSE(h.probe_due(5s));
  h.start(hold_kind::refused_us, "401", 1, 5s);
  EXPECT_TRUE(h.probe_due(5s));
  h.probe_sent(5s);
  EXPECT_FALSE(h.probe_due(64s));
  EXPECT_TRUE(h.probe_due(65s));
}

TEST(hold, a_manual_one_is_not_probed) {
  hold h{60s};
  h.start(hold_kind::manual, "410", 1, 5s);
  EXPECT_TRUE(h.active());
  EXPECT_FALSE(h.probe_due(10h));
}

TEST(reject_guard, twenty_in_a_row_hold_and_a_delivery_between_starts_over) {
  reject_guard guard{dispatch_options{}};
  for (std::uint64_t i = 1; i < 20; ++i) EXPECT_FALSE(guard.rejected({i, 0}, true));
  guard.delivered();
  EXPECT_EQ(guard.group(), 0u);
  for (std::uint64_t i = 31; i < 50; ++i) EXPECT_FALSE(guard.rejected({i, 0}, true));
  EXPECT_TRUE(guard.rejected({50, 0}, true));
  EXPECT_EQ(guard.group(), 31u);
}

TEST(reject_guard, five_are_enough_where_nothing_was_ever_delivered) {
  reject_guard guard{dispatch_options{}};
  for (std::uint64_t i = 1; i < 5; ++i) EXPECT_FALSE(guard.rejected({i, 0}, false));
  EXPECT_TRUE(guard.rejected({5, 0}, false));
}

TEST(reject_guard, can_be_off) {
  dispatch_options options;
  options.reject_guard = 0;
  reject_guard guard{options};
  for (std::uint64_t i = 1; i < 500; ++i) EXPECT_FALSE(guard.rejected({i, 0}, false));
  EXPECT_EQ(guard.group(), 0u);
}

TEST(refusals, refused_again_after_another_was_delivered_is_the_event) {
  refusals r;
  EXPECT_EQ(r.refused({1, 0}, 10), refusals::meaning::unsure);
  EXPECT_EQ(r.refused({1, 0}, 10), refusals::meaning::unsure);
  r.delivered();
  EXPECT_EQ(r.refused({1, 0}, 11), refusals::meaning::this_event);
}

TEST(refusals, five_in_a_row_are_us_and_repeats_of_one_count) {
  refusals r;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(r.refused({1, 0}, 10), refusals::meaning::unsure);
  EXPECT_EQ(r.refused({2, 0}, 10), refusals::meaning::us);
}
