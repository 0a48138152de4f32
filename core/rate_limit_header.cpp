#include "core/rate_limit_header.hpp"

#include <algorithm>
#include <charconv>

namespace airtrain {
namespace {

std::string_view take(std::string_view& rest, std::string_view marks) {
  const auto end = std::min(rest.find_first_of(marks), rest.size());
  const auto first = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return first;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  constexpr std::int64_t most = 1'000'000'000'000;
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || at != text.data() + text.size() || value < 0) return std::nullopt;
  return std::min(value, most);
}

struct policy {
  std::optional<std::int64_t> reset;
  bool exhausted = false;
};

policy read_policy(std::string_view item) {
  policy out;
  while (!item.empty()) {
    auto value = take(item, ";");
    const auto name = trimmed(take(value, "="));
    if (name == "t" || name == "reset") out.reset = number(trimmed(value));
    if (name == "r") out.exhausted = number(trimmed(value)) == 0;
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> rate_limit_reset_seconds(std::string_view header) {
  std::optional<std::int64_t> longest, longest_exhausted;
  while (!header.empty()) {
    const auto one = read_policy(take(header, ","));
    longest = std::max(longest, one.reset);
    if (one.exhausted) longest_exhausted = std::max(longest_exhausted, one.reset);
  }
  return longest_exhausted ? longest_exhausted : longest;
}

}  // namespace airtrain
