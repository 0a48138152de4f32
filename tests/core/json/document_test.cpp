#include "core/json/document.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace airtrain::json {
namespace {

using namespace std::string_literals;

std::string nested(unsigned depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(json_document, takes_what_rfc_8259_allows) {
  const std::vector<std::string> texts{
      "null",
      " \t\r\n true \n",
      "-0",
      "0",
      "-0.0e-0",
      "1E+2",
      "12.50",
      "1e400",
      "123456789012345678901234567890",
      "\"\"",
      R"("\"\\\/\b\f\n\r\t\u0000\u00e9\ud83d\ude00")",
      "\"\x7f\"",
      "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\"",
      "\"\xef\xbb\xbf\"",
      "[]",
      "{}",
      "[ ]",
      "{ }",
      "[1,[2,{\"a\":[]}],{}]",
      R"({"":1,"a":{"a":2},"b":"a"})",
      R"({"a\u0000":1,"a":2})",
      nested(64),
  };
  document doc;
  for (const auto& text : texts) {
    const auto parsed = doc.parse(text);
    EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  }
}

TEST(json_document, says_what_is_wrong_and_where) {
  EXPECT_EQ(to_string(parse_error{parse_fault::malformed, 3, "the text ends too early"}, 10),
            "not JSON at byte 13: the text ends too early");
  EXPECT_EQ(to_string(parse_error{parse_fault::duplicate_key, 3, "the key is there twice"}),
            "the key is there twice at byte 3");
}

struct wrong_text {
  std::string text;
  std::size_t offset;
};

TEST(json_document, refuses_what_is_not_json_at_the_wrong_byte) {
  const std::vector<wrong_text> texts{
      {"", 0},
      {"  ", 2},
      {"\xef\xbb\xbf{}", 0},
      {"nul", 3},
      {"nulL", 3},
      {"True", 0},
      {"NaN", 0},
      {"Infinity", 0},
      {"-Infinity", 1},
      {"01", 1},
      {"-01", 2},
      {"1.", 2},
      {"1.e1", 2},
      {".5", 0},
      {"-", 1},
      {"+1", 0},
      {"1e", 2},
      {"1e+", 3},
      {"0x1", 1},
      {"1 2", 2},
      {"[1,]", 3},
      {"[,1]", 1},
      {"[1 2]", 3},
      {"[1", 2},
      {"[1}", 2},
      {"]", 0},
      {"{\"a\":1,}", 7},
      {"{\"a\" 1}", 5},
      {"{\"a\":}", 5},
      {"{a:1}", 1},
      {"{1:1}", 1},
      {"{\"a\":1", 6},
      {"{\"a\"", 4},
      {"{\"a\":1]", 6},
      {"{}{}", 2},
      {"'a'", 0},
      {"\"a", 2},
      {"\"\\", 2},
      {"\"\\x\"", 2},
      {"\"\\u12\"", 5},
      {"\"\\u12g4\"", 5},
      {"\"\\u123", 6},
      {"\"\t\"", 1},
      {"\"\0\""s, 1},
      {"\0"s, 0},
      {"1\0"s, 1},
      {R"("\ud800")", 1},
      {R"("\udc00")", 1},
      {R"("\ud800\ud800")", 1},
      {R"("\ud800x")", 1},
      {R"("12345678\ud800\n")", 9},
      {"\"\x80\"", 1},
      {"\"\xc3\"", 1},
      {"\"\xc0\xaf\"", 1},
      {"\"\xe0\x9f\xbf\"", 1},
      {"\"\xed\xa0\x80\"", 1},
      {"\"\xf0\x8f\xbf\xbf\"", 1},
      {"\"\xf4\x90\x80\x80\"", 1},
      {"\"\xf5\x80\x80\x80\"", 1},
      {"\"12345678\xff\"", 9},
      {nested(65), 64},
      {std::string(200'000, '['), 64},
      {"/* c */ 1", 0},
  };
  document doc;
  for (const auto& [text, offset] : texts) {
    const auto parsed = doc.parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().offset, offset) << text << ": " << parsed.error().message;
    EXPECT_FALSE(parsed.error().message.empty());
    EXPECT_TRUE(doc.empty());
  }
}

TEST(json_document, a_key_given_twice_is_refused_where_it_repeats) {
  const std::vector<wrong_text> texts{
      {R"({"a":1,"a":2})", 7},      {R"({"a":1,"b":{"c":1,"d":2,"c":3}})", 24},
      {R"({"a":1,"\u0061":2})", 7}, {R"({"\u0061":1,"a":2,"b":3})", 12},
      {R"({"":1,"":2})", 6},        {R"([{"k":1},{"k":1,"x":0,"k":1}])", 22},
  };
  document doc;
  for (const auto& [text, offset] : texts) {
    const auto parsed = doc.parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().fault, parse_fault::duplicate_key) << text;
    EXPECT_EQ(parsed.error().offset, offset) << text;
  }
}

TEST(json_document, large_objects_are_checked_for_repeated_keys_too) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  const auto place = text.size();
  document doc;
  EXPECT_TRUE(doc.parse(text + "\"last\":0}"));
  const auto parsed = doc.parse(text + "\"\\u006bey7\":0}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().offset, place);
}

TEST(json_document, values_are_found_at_their_places_and_copied_untouched) {
  document doc;
  const std::string text = R"( {"n": 12.50, "big":123456789012345678901234567890, "e":1e400,
      "list": [ 1 , {"x" : "y"} ], "s":"a\"\u00e9\ud83d\ude00", "k\u0065y": null} )";
  ASSERT_TRUE(doc.parse(text));
  EXPECT_EQ(doc.raw(doc.find(0, "n")), "12.50");
  EXPECT_EQ(doc.raw(doc.find(0, "big")), "123456789012345678901234567890");
  EXPECT_EQ(doc.raw(doc.find(0, "e")), "1e400");
  EXPECT_EQ(doc.raw(doc.find(0, "list")), R"([ 1 , {"x" : "y"} ])");
  EXPECT_EQ(doc.string(doc.find(0, "s")), "a\"\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(doc.at(doc.find(0, "key")).what, kind::null);
  EXPECT_EQ(doc.find(0, "absent"), 0u);
  EXPECT_EQ(doc.find(doc.find(0, "list"), "x"), 0u);
  EXPECT_EQ(doc.at(0).next, doc.size());
}

TEST(json_document, a_string_without_escapes_is_a_view_into_the_text) {
  document doc;
  const std::string text = R"(["plain","b\u0061d"])";
  ASSERT_TRUE(doc.parse(text));
  std::string buffer;
  EXPECT_EQ(doc.string(1, buffer).data(), text.data() + 2);
  EXPECT_EQ(doc.string(2, buffer), "bad");
}

TEST(json_quoting, writes_what_parses_back_to_the_same_characters) {
  std::string all;
  for (char c = 0; c < 0x7f; ++c) all.push_back(c);
  all += "\xc3\xa9\xf0\x9f\x98\x80";
  std::string quoted;
  append_quoted(quoted, all);
  document doc;
  ASSERT_TRUE(doc.parse(quoted));
  EXPECT_EQ(doc.string(0), all);
}

TEST(json_quoting, bytes_that_are_not_utf8_become_the_replacement_character) {
  std::string quoted;
  append_quoted(quoted, "a\xff\xc3");
  EXPECT_EQ(quoted, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace airtrain::json
