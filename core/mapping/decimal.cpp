#include "core/mapping/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace airtrain {
namespace {

constexpr std::int64_t exponent_limit = 100'000'000'000'000'000;

// Digits with an optional sign in front.
std::int64_t exponent_of(std::string_view text) {
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  for (char c : text) value = std::min(value * 10 + (c - '0'), exponent_limit);
  return negative ? -value : value;
}

}  // namespace

decimal decimal::of(std::string_view text) {
  decimal number;
  number.negative = text.front() == '-';
  if (number.negative) text.remove_prefix(1);
  const auto exponent_at = text.find_first_of("eE");
  const auto mantissa = text.substr(0, exponent_at);
  const auto whole = mantissa.substr(0, mantissa.find('.'));
  number.digits = whole;
  if (whole.size() < mantissa.size()) number.digits += mantissa.substr(whole.size() + 1);
  number.point = static_cast<std::int64_t>(whole.size());
  if (exponent_at != std::string_view::npos)
    number.point += exponent_of(text.substr(exponent_at + 1));

  const auto last = number.digits.find_last_not_of('0');
  if (last == std::string::npos) return {};
  number.digits.resize(last + 1);
  const auto zeros = number.digits.find_first_not_of('0');
  number.digits.erase(0, zeros);
  number.point -= static_cast<std::int64_t>(zeros);
  return number;
}

std::string decimal::normal_form() const {
  if (digits.empty()) return "0";
  return fmt::format("{}0.{}e{}", negative ? "-" : "", digits, point);
}

std::strong_ordering decimal::operator<=>(const decimal& other) const {
  const auto sign = [](const decimal& d) { return d.digits.empty() ? 0 : d.negative ? -1 : 1; };
  if (const auto by_sign = sign(*this) <=> sign(other); by_sign != 0 || digits.empty())
    return by_sign;
  const auto& larger_if_positive = negative ? other : *this;
  const auto& smaller_if_positive = negative ? *this : other;
  const auto by_size = larger_if_positive.point <=> smaller_if_positive.point;
  return by_size != 0 ? by_size : larger_if_positive.digits <=> smaller_if_positive.digits;
}

}  // namespace airtrain
