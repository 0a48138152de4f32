#include "core/mapping/lexer.hpp"

#include <fmt/format.h>

#include <array>

#include "core/json/document.hpp"
#include "core/json/utf8.hpp"

namespace airtrain {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

auto error_at(std::size_t offset, std::string message) {
  return failure(expression_error{std::move(message), offset});
}

}  // namespace

result<token, expression_error> lexer::next() {
  while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != text_.npos) ++at_;
  if (at_ == text_.size()) return cut(token_kind::end, at_);
  const char c = text_[at_];
  if (c == '"' || c == '\'') return string();
  if (is_digit(c)) return number();
  if (starts_name(c)) return name();
  return symbol();
}

token lexer::cut(token_kind what, std::size_t from) const {
  return {what, from, text_.substr(from, at_ - from), {}};
}

token lexer::name() {
  const auto from = at_;
  while (at_ < text_.size() && (starts_name(text_[at_]) || is_digit(text_[at_]))) ++at_;
  return cut(token_kind::name, from);
}

result<token, expression_error> lexer::number() {
  const auto from = at_;
  const auto belongs = [this](char c) {
    const bool after_e = text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E';
    return is_digit(c) || c == '.' || starts_name(c) || ((c == '+' || c == '-') && after_e);
  };
  for (++at_; at_ < text_.size() && belongs(text_[at_]);) ++at_;
  auto number = cut(token_kind::number, from);
  json::document document;
  if (const auto parsed = document.parse(number.text); !parsed)
    return error_at(from + parsed.error().offset, fmt::format("{} is not a number", number.text));
  return number;
}

result<token, expression_error> lexer::string() {
  const auto from = at_;
  const char quote = text_[at_++];
  std::string characters;
  while (at_ < text_.size() && text_[at_] != quote) {
    if (text_[at_] != '\\') {
      characters.push_back(text_[at_++]);
    } else if (auto taken = escape(characters); !taken) {
      return failure(std::move(taken.error()));
    }
  }
  if (at_ == text_.size()) return error_at(from, "the string has no closing quote");
  ++at_;
  auto string = cut(token_kind::string, from);
  string.characters = std::move(characters);
  return string;
}

result<void, expression_error> lexer::escape(std::string& characters) {
  const auto from = at_++;
  const char letter = at_ < text_.size() ? text_[at_] : '\0';
  if (letter == '\'') {
    characters.push_back('\'');
    ++at_;
    return {};
  }
  // The others are those of JSON.
  const auto as_json = fmt::format("\"{}\"", text_.substr(from, letter == 'u' ? 6 : 2));
  json::document document;
  if (!document.parse(as_json)) return error_at(from, "unknown escape in a string");
  characters += document.string(0);
  at_ = from + as_json.size() - 2;
  return {};
}

result<token, expression_error> lexer::symbol() {
  static constexpr std::array<std::string_view, 19> symbols{
      "||", "&&", "==", "!=", "<=", ">=", "??", "<", ">", "!",
      ".",  "[",  "]",  "(",  ")",  ",",  "-",  "?", "+"};
  const auto rest = text_.substr(at_);
  for (const auto symbol : symbols)
    if (rest.starts_with(symbol)) {
      const auto from = at_;
      at_ += symbol.size();
      return cut(token_kind::symbol, from);
    }
  const auto length = json::utf8_sequence(rest.data(), rest.data() + rest.size());
  return error_at(at_, fmt::format("unexpected {}", rest.substr(0, length)));
}

}  // namespace airtrain
