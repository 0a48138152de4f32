#include "core/dispatch/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace airtrain;
using namespace std::chrono_literals;

TEST(backoff, draws_from_the_whole_range_up_to_the_doubled_initial_delay) {
  retry_options options;
  random_source random{7};
  for (const std::uint32_t n : {0u, 1u, 5u, 11u}) {
    const auto most = std::min<std::chrono::milliseconds>(1s * (1 << n), 1h);
    auto low = most, high = 0ms;
    for (int i = 0; i < 2000; ++i) {
      const auto d = backoff_delay(options, n, random);
      low = std::min(low, d);
      high = std::max(high, d);
    }
    EXPECT_GE(low, backoff_floor);
    EXPECT_LE(low, std::max<std::chrono::milliseconds>(backoff_floor, most / 20));
    EXPECT_LE(high, most);
    EXPECT_GE(high, most * 9 / 10);
  }
}

TEST(backoff, never_exceeds_its_maximum_however_many_failures_there_were) {
  retry_options options;
  options.initial = 200h;
  options.max = 5s;
  random_source random{7};
  for (std::uint32_t n = 0; n < 100; ++n) EXPECT_LE(backoff_delay(options, n, random), 5s);
}

TEST(backoff, a_hint_lengthens_the_delay_by_up_to_a_tenth) {
  retry_options options;
  random_source random{7};
  auto longest = 0ms;
  for (int i = 0; i < 500; ++i) {
    const auto d = retry_delay(options, 0, 60'000, random);
    EXPECT_GE(d, 60s);
    EXPECT_LE(d, 66s);
    longest = std::max(longest, d);
  }
  EXPECT_GT(longest, 64s);
}

TEST(backoff, a_hint_shorter_than_the_back_off_does_not_shorten_it) {
  retry_options options;
  options.initial = 100s;
  random_source one{7}, same{7};
  const auto own = backoff_delay(options, 3, one);
  EXPECT_GE(retry_delay(options, 3, 1, same), own);
}

TEST(backoff, a_hint_is_clamped) {
  retry_options options;
  random_source random{7};
  for (const std::int64_t hint : {3'600'000ll, 86'400'000ll, 9'000'000'000'000'000'000ll})
    EXPECT_EQ(retry_delay(options, 0, hint, random), 1h);
}

TEST(backoff, a_negative_hint_is_ignored) {
  retry_options options;
  random_source random{7};
  for (int i = 0; i < 100; ++i) EXPECT_LE(retry_delay(options, 0, -5, random), 1s);
}
