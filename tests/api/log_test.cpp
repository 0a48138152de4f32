#include "api/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace airtrain::api {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t some_time_ms = 1'772'353'815'250;

std::string text_line(std::string_view message, std::initializer_list<log_field> fields = {},
                      std::uint64_t held_back = 0) {
  return log_line(log_format::text, some_time_ms, log_level::warning, message, fields, held_back);
}

TEST(log, writes_one_line_for_people) {
  EXPECT_EQ(
      text_line("a circuit breaker changed", {{"connector", "payroll"}, {"reason", "a \"b\""}}),
      "2026-03-01T08:30:15.250Z warning a circuit breaker changed connector=payroll "
      "reason=\"a \\\"b\\\"\"\n");
}

TEST(log, writes_one_json_object_for_programs) {
  const auto line = log_line(log_format::json, some_time_ms, log_level::error, "it broke",
                             {{"connector", "payroll"}}, 3);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto read = nlohmann::json::parse(line);
  EXPECT_EQ(read["at"], "2026-03-01T08:30:15.250Z");
  EXPECT_EQ(read["level"], "error");
  EXPECT_EQ(read["message"], "it broke");
  EXPECT_EQ(read["connector"], "payroll");
  EXPECT_EQ(read["held_back"], 3);
}

TEST(log, lets_no_control_character_out) {
  std::string nasty =
      "a\nb\rc\x1b"
      "[2Jd\x7f";
  nasty += '\0';
  nasty +=
      "e\xC2\x9B"
      "f\xFFg";
  for (auto format : {log_format::text, log_format::json}) {
    auto line = log_line(format, some_time_ms, log_level::info, nasty, {{"value", nasty}}, 0);
    ASSERT_EQ(line.back(), '\n');
    line.pop_back();
    EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte >= 0x7F;
    })) << line;
    EXPECT_NE(line.find("x1b[2J"), std::string::npos) << line;
  }
}

TEST(log, keeps_letters_of_all_languages) {
  EXPECT_NE(text_line("Łódź", {{"name", "Ærø"}}).find("Łódź name=\"Ærø\""), std::string::npos);
}

TEST(flood_gate, holds_back_after_a_burst_and_says_how_many) {
  flood_gate gate{2, 1s};
  const std::chrono::steady_clock::time_point start{1h};
  EXPECT_EQ(gate.pass(start), 0u);
  EXPECT_EQ(gate.pass(start), 0u);
  EXPECT_FALSE(gate.pass(start).has_value());
  EXPECT_FALSE(gate.pass(start + 900ms).has_value());
  EXPECT_EQ(gate.pass(start + 1s), 2u);
  EXPECT_FALSE(gate.pass(start + 1s).has_value());
}

TEST(flood_gate, refills_to_no_more_than_its_burst) {
  flood_gate gate{2, 1s};
  const std::chrono::steady_clock::time_point much_later{100h};
  EXPECT_TRUE(gate.pass(much_later).has_value());
  EXPECT_TRUE(gate.pass(much_later).has_value());
  EXPECT_FALSE(gate.pass(much_later).has_value());
}

TEST(logger, writes_the_number_held_back_with_the_next_record) {
  std::string written;
  logger log{log_format::text, [&written](std::string_view line) { written += line; }};
  flood_gate gate{1, 1h};
  for (int i = 0; i < 5; ++i) log.limited(gate, log_level::info, "again");
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
}

}  // namespace
}  // namespace airtrain::api
