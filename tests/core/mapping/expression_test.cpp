#include "core/mapping/expression.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/mapping/sample_event.hpp"

namespace airtrain {
namespace {

constexpr std::string_view sample =
    R"({"dept":"nursing","n":12.50,"big":123456789012345678901234567890,
    "huge":1e400,"one":1,"flag":true,"nil":null,"text":"a\"\u00e9","list":[1,{"x":"y"},"\u0061"],
    "map":{"a b":{"c": [ 1 , 2 ]},"z":1}})";

expression compiled(std::string_view text) {
  auto e = expression::compile(text);
  EXPECT_TRUE(e) << text << ": " << (e ? "" : e.error().message);
  return e.value();
}

struct expected_value {
  std::string text;
  std::string json;
};

TEST(expression, gives_values_as_json_with_every_digit) {
  const auto event = event_with(sample);
  const std::vector<expected_value> cases{
      {"type", R"("shift_added")"},
      {"id", R"("id-1")"},
      {"source", R"("/hms")"},
      {"time", R"("2026-01-02T03:04:05Z")"},
      {"accepted_at", R"("2026-01-02T03:04:05.678Z")"},
      {"tenant", R"("v\"a")"},
      {"n", "12.50"},
      {"b", "true"},
      {"data.n", "12.50"},
      {"data.big", "123456789012345678901234567890"},
      {"data.huge", "1e400"},
      {"data.text", R"("a\"\u00e9")"},
      {"data.nil", "null"},
      {"data.list[0]", "1"},
      {"data.list[1].x", R"("y")"},
      {"data.map[\"a b\"].c", "[ 1 , 2 ]"},
      {"data['map']['a b']", R"({"c": [ 1 , 2 ]})"},
      {"(data.map).z", "1"},
      {"(data.gone ?? data.map).z", "1"},
      {" 'it\\'s\\n\\u00e9\"' ", R"("it's\né\"")"},
      {"12.50", "12.50"},
      {"-1e400", "-1e400"},
      {"null", "null"},
      {"[1,'a',true]", R"([1,"a",true])"},
      {"data.gone ?? 'unknown'", R"("unknown")"},
      {"data.nil ?? 0", "0"},
      {"data.gone.deeper ?? data.nil ?? data.one", "1"},
      {"data.nil.deeper ?? 'd'", R"("d")"},
      {"data.list[9] ?? 'd'", R"("d")"},
      {"gone ?? 'd'", R"("d")"},
      {"subject ?? 'd'", R"("d")"},
      {"data.one ?? 'd'", "1"},
      {"data.gone ?? 1 == 1", "true"},
  };
  for (const auto& [text, json] : cases) {
    const auto got = compiled(text).json(event);
    ASSERT_TRUE(got) << text << ": " << got.error().message;
    EXPECT_EQ(*got, json) << text;
  }
}

TEST(expression, data_alone_is_the_whole_document) {
  EXPECT_EQ(compiled("data").json(event_with("[1, 2]")), "[1, 2]");
}

struct expected_truth {
  std::string text;
  bool truth;
};

TEST(expression, compares_by_type_and_exactly) {
  const auto event = event_with(sample);
  const std::vector<expected_truth> cases{
      {"data.dept == 'nursing'", true},
      {"data.dept != \"nursing\"", false},
      {"data.one == 1", true},
      {"data.one == 1.0", true},
      {"data.one == 10e-1", true},
      {"data.one == '1'", false},
      {"data.one == true", false},
      {"data.n == 12.5", true},
      {"data.n < 12.500000000000000000000000000001", true},
      {"data.big == 123456789012345678901234567890", true},
      {"data.big == 123456789012345678901234567891", false},
      {"data.big > 9223372036854775807", true},
      {"data.big >= 1.23456789012345678901234567890e29", true},
      {"data.huge > data.big", true},
      {"data.huge == 1e401", false},
      {"data.huge < 1e99999999999999999999999", true},
      {"1e-400 > 0", true},
      {"-1e400 < -1", true},
      {"-0.0 == 0", true},
      {"-2 < -1", true},
      {"0.1 < 0.10000000000000001", true},
      {"9007199254740993 == 9007199254740992", false},
      {"'a' < 'b'", true},
      {"'a' < 'aa'", true},
      {"'\xef\xbf\xbd' < '\xf0\x9f\x98\x80'", true},
      {"data.nil == null", true},
      {"data.nil != null", false},
      {"data.list == [1]", false},
      {"data.map['a b'].c == [1.0, 2]", true},
      {"data.dept in ['nursing', 'icu']", true},
      {"data.one in [2, 1.0]", true},
      {"'1' in [1]", false},
      {"'a' in data.list", true},
      {"'z' in data.map", true},
      {"'y' in data.map", false},
      {"data.flag", true},
      {"!data.flag", false},
      {"!!data.flag && !false", true},
      {"data.flag && data.one == 2 || type == 'shift_added'", true},
      {"data.flag && (data.one == 2 || false)", false},
      {"n > 12", true},
  };
  for (const auto& [text, truth] : cases) {
    const auto got = compiled(text).truth(event);
    ASSERT_TRUE(got) << text << ": " << got.error().message;
    EXPECT_EQ(*got, truth) << text;
  }
}

TEST(expression, maps_are_equal_whatever_their_order) {
  const auto event = event_with(R"({"a":{"x":1,"y":{"z":"\u0061"}},"b":{"y":{"z":"a"},"x":1.0}})");
  EXPECT_EQ(compiled("data.a == data.b").truth(event), true);
}

TEST(expression, an_absent_path_is_false_in_when_and_an_error_elsewhere) {
  const auto event = event_with(sample);
  for (const char* text : {"data.gone == 1", "!data.gone", "data.gone", "data.gone != null",
                           "data.flag && data.gone", "data.list[3] == 1", "subject == 'x'",
                           "data.nil.x == 1", "gone == 1", "data.gone ?? data.gone2"}) {
    EXPECT_EQ(compiled(text).truth(event), false) << text;
    const auto json = compiled(text).json(event);
    ASSERT_FALSE(json) << text;
    EXPECT_TRUE(json.error().absent) << text;
  }
  EXPECT_EQ(compiled("data.map.q.r").json(event).error().message, "data.map.q is absent");
  EXPECT_EQ(compiled("data.list[7].r").json(event).error().message, "data.list[7] is absent");
}

TEST(expression, an_operand_that_decides_wins_over_one_that_fails) {
  const auto event = event_with(sample);
  EXPECT_EQ(compiled("data.gone == 1 || data.one == 1").truth(event), true);
  EXPECT_EQ(compiled("data.dept.x || true").truth(event), true);
  EXPECT_EQ(compiled("data.dept.x && false").truth(event), false);
  EXPECT_FALSE(compiled("data.gone || data.dept.x").truth(event));
}

TEST(expression, errors_other_than_absence_say_what_and_where) {
  const auto event = event_with(sample);
  const std::vector<expected_value> cases{
      {"data.dept.x", "data.dept is a string, not a map"},
      {"data.dept.x ?? 'd'", "data.dept is a string, not a map"},
      {"data.map[0]", "data.map is a map, not a list"},
      {"data.list.x", "data.list is a list, not a map"},
      {"data.dept < 1", "a string and a number have no order"},
      {"data.one in 'abc'", "a number cannot be in a string"},
      {"!data.one", "! takes a boolean, not a number"},
      {"data.one && true", "&& takes booleans, not a number"},
      {"data.dept", "data.dept is a string, not a boolean"},
  };
  for (const auto& [text, message] : cases) {
    const auto got = compiled(text).truth(event);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().message, message);
    EXPECT_FALSE(got.error().absent);
  }
}

TEST(expression, data_that_is_not_json_is_text_or_an_error) {
  event_fields fields;
  fields.type = "t";
  fields.data = "plain \"text\"";
  fields.kind = data_kind::text;
  EXPECT_EQ(compiled("data").json(event_view{event::seal(fields)}), R"("plain \"text\"")");
  fields.kind = data_kind::binary;
  const auto binary = compiled("data.x").truth(event_view{event::seal(fields)});
  ASSERT_FALSE(binary);
  EXPECT_FALSE(binary.error().absent);
  EXPECT_EQ(compiled("data.x").truth(event_with("")), false);
}

struct wrong_expression {
  std::string text;
  std::size_t offset;
  std::string message_part;
};

TEST(expression, is_refused_with_a_reason_at_the_right_place) {
  const std::vector<wrong_expression> cases{
      {"", 0, "empty"},
      {"  ", 2, "empty"},
      {"data.", 5, "a name is expected"},
      {"data..x", 5, "a name is expected"},
      {"data.x ==", 9, "ends too early"},
      {"data.x = 1", 7, "unexpected ="},
      {"data.x == 1 == 2", 12, "parentheses"},
      {"(data.x", 7, ") is expected"},
      {"data.x)", 6, "unexpected )"},
      {"data[x]", 5, "in quotes or a number"},
      {"data[1.5]", 5, "whole number"},
      {"data[4294967296]", 5, "whole number"},
      {"size(data.x)", 4, "unknown function size"},
      {"data.x.size()", 11, "unknown function size"},
      {"data.x + 1", 7, "unexpected +; supported are"},
      {"data.x ? 1", 7, "unexpected ?"},
      {"'abc", 0, "closing quote"},
      {"'a\\q'", 2, "unknown escape"},
      {"'\\ud800'", 1, "unknown escape"},
      {"01", 1, "not a number"},
      {"1.", 2, "not a number"},
      {"1x", 1, "not a number"},
      {".5", 0, "unexpected ."},
      {"- data.x", 2, "a number is expected"},
      {"1 ?? 2", 0, "must be a path"},
      {"data.x == 1 ?? 2", 10, "must be a path"},
      {"!data.x ?? true", 0, "must be a path"},
      {"[data.x]", 1, "unexpected data"},
      {"[1 2]", 3, ", is expected"},
      {"'\xff'", 1, "UTF-8"},
      {"\xc3\xa9", 0, "unexpected \xc3\xa9"},
      {std::string(65, '(') + "1" + std::string(65, ')'), 64, "nested deeper than 64"},
      {std::string(65, '!') + "true", 64, "nested deeper than 64"},
      {std::string(5000, 'a'), 4096, "longer than 4096"},
  };
  for (const auto& [text, offset, part] : cases) {
    const auto e = expression::compile(text);
    ASSERT_FALSE(e) << text;
    EXPECT_EQ(e.error().offset, offset) << text << ": " << e.error().message;
    EXPECT_NE(e.error().message.find(part), std::string::npos) << text << ": " << e.error().message;
  }
}

TEST(expression, long_chains_and_deep_nesting_are_evaluated) {
  std::string chain = "false";
  while (chain.size() < 4000) chain += "||false";
  EXPECT_EQ(compiled(chain + "||true").truth(event_with("1")), true);
  const auto nested = std::string(64, '(') + "true" + std::string(64, ')');
  EXPECT_EQ(compiled(nested).truth(event_with("1")), true);
}

std::optional<lane_id> lane_of(std::string_view key_value) {
  return compiled("data.key").lane(event_with("{\"key\":" + std::string{key_value} + "}"));
}

TEST(lane_key, a_number_and_the_text_of_it_are_different_lanes) {
  EXPECT_NE(lane_of("1"), lane_of("\"1\""));
  EXPECT_NE(lane_of("true"), lane_of("\"true\""));
}

TEST(lane_key, equal_values_share_a_lane_however_they_are_written) {
  EXPECT_EQ(lane_of("1"), lane_of("1.0"));
  EXPECT_EQ(lane_of("1"), lane_of("10e-1"));
  EXPECT_EQ(lane_of("0"), lane_of("-0.00"));
  EXPECT_EQ(lane_of("\"a\""), lane_of("\"\\u0061\""));
  EXPECT_EQ(lane_of("[1, {\"b\":1,\"a\":2}]"), lane_of("[1.0,{\"a\":2,\"b\":1}]"));
  EXPECT_NE(lane_of("1"), lane_of("2"));
  EXPECT_NE(lane_of("9007199254740993"), lane_of("9007199254740992"));
}

TEST(lane_key, absence_and_null_are_no_lane) {
  EXPECT_EQ(lane_of("null"), std::nullopt);
  EXPECT_EQ(compiled("data.other").lane(event_with("{}")), std::nullopt);
  EXPECT_EQ(compiled("data.a.b").lane(event_with("{\"a\":1}")), std::nullopt);
  EXPECT_NE(lane_of("\"\""), std::nullopt);
}

// Lanes are stored with the deliveries that wait in them.
TEST(lane_key, never_changes_between_versions) {
  EXPECT_EQ(lane_of("17"), 10948029788907119124u);
  EXPECT_EQ(lane_of("\"e-17\""), 16299372985524431713u);
}

}  // namespace
}  // namespace airtrain
