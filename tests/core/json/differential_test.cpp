#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "core/json/document.hpp"

namespace airtrain::json {
namespace {

using generator = std::mt19937_64;

std::size_t below(generator& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
}

// Pieces that JSON is made of and pieces that spoil it, in random order: mostly wrong texts.
std::string random_pieces(generator& random) {
  static const std::vector<std::string> pieces{
      "{",     "}",           "[",    "]",       ",",        ":",         "\"a\"",
      "\"b\"", "\"\\u0061\"", "0",    "-",       "1",        ".5",        "1.0",
      "e3",    "E-",          "true", "false",   "nul",      "null",      " ",
      "\n",    "\"",          "\\",   "\\n",     "\\ud83d",  "\\ude00",   "é",
      "\x80",  "\xf0\x9f",    "\x01", "\"x\":1", "[1,2,{}]", "{\"k\":[]}"};
  std::string text;
  for (auto n = 1 + below(random, 8); n > 0; --n) text += pieces[below(random, pieces.size())];
  return text;
}

nlohmann::json random_value(generator& random, unsigned depth) {
  switch (below(random, depth == 0 ? 5 : 7)) {
    case 0:
      return nullptr;
    case 1:
      return below(random, 2) == 0;
    case 2:
      return static_cast<std::int64_t>(random());
    case 3:
      return std::uniform_real_distribution<double>{-1e6, 1e6}(random);
    case 4: {
      std::string text;
      for (auto n = below(random, 12); n > 0; --n)
        text += below(random, 4) == 0 ? "\u00e9"
                                      : std::string(1, static_cast<char>(below(random, 0x7f)));
      return text;
    }
    case 5: {
      auto list = nlohmann::json::array();
      for (auto n = below(random, 6); n > 0; --n) list.push_back(random_value(random, depth - 1));
      return list;
    }
    default: {
      auto map = nlohmann::json::object();
      for (auto n = below(random, 24); n > 0; --n)
        map["k" + std::to_string(below(random, 40))] = random_value(random, depth - 1);
      return map;
    }
  }
}

// nlohmann takes repeated keys and refuses numbers above 1e308: a SAX run tells both.
struct sax_watch : nlohmann::json_sax<nlohmann::json> {
  static constexpr int number_out_of_range = 406;
  bool repeated_key = false;
  bool large_number = false;
  std::vector<std::set<std::string>> keys;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    keys.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    repeated_key |= !keys.back().insert(name).second;
    return true;
  }
  bool end_object() override {
    keys.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& error) override {
    large_number = error.id == number_out_of_range;
    return false;
  }
};

// Unset where the other parser gave up for a reason of its own.
std::optional<bool> taken_elsewhere(const std::string& text) {
  sax_watch watch;
  const bool well_formed = nlohmann::json::sax_parse(text, &watch);
  if (watch.large_number) return std::nullopt;
  return well_formed && !watch.repeated_key;
}

// Rebuilds the value from the document's places.
nlohmann::json rebuilt(const document& doc, std::uint32_t index) {
  const auto& n = doc.at(index);
  if (n.what == kind::string) return doc.string(index);
  if (n.what == kind::array) {
    auto list = nlohmann::json::array();
    for (auto i = index + 1; i != n.next; i = doc.at(i).next) list.push_back(rebuilt(doc, i));
    return list;
  }
  if (n.what == kind::object) {
    auto map = nlohmann::json::object();
    for (auto i = index + 1; i != n.next; i = doc.at(i + 1).next)
      map[doc.string(i)] = rebuilt(doc, i + 1);
    return map;
  }
  return nlohmann::json::parse(doc.raw(index));
}

TEST(json_differential, random_texts_are_taken_or_refused_as_by_another_parser) {
  generator random{20260101};
  document doc;
  unsigned taken = 0;
  for (int i = 0; i < 40'000; ++i) {
    const auto text = random_pieces(random);
    const auto expected = taken_elsewhere(text);
    if (!expected) continue;
    ASSERT_EQ(doc.parse(text).has_value(), *expected) << text;
    taken += *expected ? 1 : 0;
  }
  EXPECT_GT(taken, 500u);
}

TEST(json_differential, random_values_are_read_as_by_another_parser) {
  generator random{20260102};
  document doc;
  for (int i = 0; i < 1000; ++i) {
    const auto value = random_value(random, 4);
    const auto text = value.dump(i % 3 == 0 ? 2 : -1, ' ', i % 2 == 0);
    ASSERT_TRUE(doc.parse(text)) << text;
    ASSERT_EQ(rebuilt(doc, 0), value) << text;
  }
}

TEST(json_differential, one_changed_byte_is_judged_as_by_another_parser) {
  generator random{20260103};
  document doc;
  for (int i = 0; i < 5000; ++i) {
    auto text = random_value(random, 2).dump();
    // Not a NUL: to the other parser it ends the text.
    text[below(random, text.size())] = static_cast<char>(1 + below(random, 255));
    const auto expected = taken_elsewhere(text);
    if (!expected) continue;
    ASSERT_EQ(doc.parse(text).has_value(), *expected) << text;
  }
}

}  // namespace
}  // namespace airtrain::json
