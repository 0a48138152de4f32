#include "api/times.hpp"

#include <gtest/gtest.h>

namespace airtrain::api {
namespace {

TEST(times, are_written_as_rfc_3339_in_utc) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1'772'353'815'250), "2026-03-01T08:30:15.250Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999Z");
}

TEST(times, outside_four_digit_years_are_clamped) {
  EXPECT_EQ(rfc3339(INT64_MAX), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(INT64_MIN), "0000-01-01T00:00:00.000Z");
}

TEST(times, are_read_back) {
  EXPECT_EQ(rfc3339_ms("2026-03-01T08:30:15.250Z"), 1'772'353'815'250);
  EXPECT_EQ(rfc3339_ms("2026-03-01T08:30:15Z"), 1'772'353'815'000);
}

TEST(times, with_an_offset_are_moved_to_utc) {
  EXPECT_EQ(rfc3339_ms("2026-03-01T10:30:15+02:00"), 1'772'353'815'000);
  EXPECT_EQ(rfc3339_ms("2026-02-28T22:00:15-10:30"), 1'772'353'815'000);
}

TEST(times, finer_than_milliseconds_are_cut_off) {
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00.0019999Z"), 1);
  EXPECT_EQ(rfc3339_ms("1970-01-01T00:00:00.5Z"), 500);
}

TEST(times, that_are_none_are_refused) {
  for (const char* text :
       {"", "yesterday", "2026-03-01", "2026-03-01T08:30:15", "2026-13-01T08:30:15Z",
        "2026-02-29T08:30:15Z", "2026-03-01T24:30:15Z", "2026-03-01T08:30:15.Z",
        "2026-03-01T08:30:15Z ", "2026-03-01T08:30:15+2:00", "+026-03-01T08:30:15Z"})
    EXPECT_FALSE(rfc3339_ms(text).has_value()) << text;
}

}  // namespace
}  // namespace airtrain::api
