#include "config/units.hpp"

namespace airtrain::config {
namespace {

using namespace std::chrono_literals;

TEST(units, durations_need_a_unit_and_nothing_else) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("0"), 0ms);
  for (const char* wrong : {"", "30", "s", "-1s", "1.5s", "1 s", "1S", "1s ", "30sec", "1y"})
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
}

TEST(units, a_count_that_overflows_is_no_value) {
  EXPECT_EQ(parse_duration("99999999999999999d"), std::nullopt);
  EXPECT_EQ(parse_size("9999999999TiB"), std::nullopt);
  EXPECT_EQ(parse_size("99999999999999999999B"), std::nullopt);
}

TEST(units, sizes_are_binary) {
  EXPECT_EQ(parse_size("64KiB"), 65'536u);
  EXPECT_EQ(parse_size("1MiB"), 1'048'576u);
  EXPECT_EQ(parse_size("10GiB"), 10ull << 30);
  EXPECT_EQ(parse_size("1MB"), std::nullopt);
  EXPECT_EQ(parse_size("1024"), std::nullopt);
}

TEST(units, rates_are_per_second_minute_or_hour) {
  EXPECT_EQ(parse_rate("100/s"), 100.0);
  EXPECT_EQ(parse_rate("30/m"), 0.5);
  EXPECT_EQ(parse_rate("36/h"), 0.01);
  EXPECT_EQ(parse_rate("0/s"), std::nullopt);
  EXPECT_EQ(parse_rate("100"), std::nullopt);
}

TEST(units, values_are_shown_as_they_are_written) {
  EXPECT_EQ(show_duration(90s), "90s");
  EXPECT_EQ(show_duration(168h), "7d");
  EXPECT_EQ(show_size(1u << 20), "1MiB");
  EXPECT_EQ(show_size(0), "0");
}

}  // namespace
}  // namespace airtrain::config
