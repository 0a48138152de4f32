#include "core/dispatch/token_bucket.hpp"

#include <gtest/gtest.h>

using namespace airtrain;
using namespace std::chrono_literals;

namespace {

int take_all(token_bucket& bucket, std::chrono::microseconds now) {
  int n = 0;
  while (n < 100'000 && bucket.take(now)) ++n;
  return n;
}

}  // namespace

TEST(token_bucket, without_a_rate_it_always_gives) {
  token_bucket bucket{std::nullopt};
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(bucket.take(0us));
}

TEST(token_bucket, gives_the_rate_over_time_and_no_more) {
  token_bucket bucket{100.0};
  std::chrono::microseconds now = 5s;
  int taken = 0;
  for (int step = 0; step < 1000; ++step, now += 10ms) taken += take_all(bucket, now);
  EXPECT_GE(taken, 1000);
  EXPECT_LE(taken, 1010);
}

TEST(token_bucket, a_pause_is_not_followed_by_a_burst) {
  token_bucket bucket{100.0};
  take_all(bucket, 1s);
  EXPECT_EQ(take_all(bucket, 1h), 10);
}

TEST(token_bucket, says_when_the_next_token_is_there) {
  for (const double rate : {0.1, 3.0, 7.0, 100.0, 33'333.0}) {
    token_bucket bucket{rate};
    std::chrono::microseconds now = 1s;
    take_all(bucket, now);
    for (int i = 0; i < 50; ++i) {
      const auto next = bucket.next(now);
      ASSERT_GT(next, now);
      EXPECT_FALSE(bucket.available(now));
      now = next;
      EXPECT_TRUE(bucket.take(now)) << rate;
    }
  }
}

TEST(token_bucket, a_slow_rate_starts_with_one) {
  token_bucket bucket{0.5};
  EXPECT_EQ(take_all(bucket, 0us), 1);
  EXPECT_EQ(bucket.next(0us), 2s);
}
