#include "core/dispatch/deadline.hpp"

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace std::chrono_literals;

TEST(deadline, reads_expirytime_in_every_form_of_rfc_3339) {
  EXPECT_EQ(expiry_time_ms(R"({"expirytime":"1970-01-01T00:00:01Z"})"), 1000);
  EXPECT_EQ(expiry_time_ms(R"({"a":1, "expirytime" : "2024-02-29T12:00:00.5+01:30"})"),
            1709202600500);
  EXPECT_EQ(expiry_time_ms(R"({"expirytime":"1969-12-31t23:59:59-00:30"})"), 1799000);
}

TEST(deadline, what_is_no_time_or_not_that_attribute_is_none) {
  for (const auto* text :
       {"", "{}", R"({"expirytime":5})", R"({"expirytime":"soon"})",
        R"({"expirytime":"2024-13-01T00:00:00Z"})", R"({"expirytime":"2024-01-01T00:00:00"})",
        R"({"x":"expirytime"})", R"({"x":"\"expirytime\":\"1970-01-01T00:00:01Z\""})",
        R"({"expirytime":"2024)"})
    EXPECT_EQ(expiry_time_ms(text), std::nullopt) << text;
}

TEST(deadline, the_earlier_of_the_events_and_the_connectors_counts) {
  delivery d;
  d.event = airtrain::testing::tiny_event(1, 10'000, R"({"expirytime":"1970-01-01T00:00:15Z"})");
  EXPECT_EQ(deadline_ms(d, 0ms), 15'000);
  EXPECT_EQ(deadline_ms(d, 2s), 12'000);
  EXPECT_EQ(deadline_ms(d, 1h), 15'000);
  d.history.lift_deadline = true;
  EXPECT_EQ(deadline_ms(d, 2s), std::nullopt);
}
