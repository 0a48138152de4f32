#include "api/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/times.hpp"
#include "core/routing.hpp"

namespace airtrain::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && plus_is_space) {
      decoded += ' ';
      continue;
    }
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

std::string unknown_name(std::string_view what, std::string_view name,
                         const std::vector<std::string_view>& known) {
  const auto near = nearest_name(name, known);
  if (!near.empty())
    return fmt::format("there is no {} \"{}\"; did you mean \"{}\"?", what, name, near);
  if (known.empty()) return fmt::format("there is no {} \"{}\"", what, name);
  return fmt::format("there is no {} \"{}\"; known: {}", what, name, fmt::join(known, ", "));
}

result<parameters, std::string> parameters::parse(std::string_view query,
                                                  const std::vector<std::string_view>& known) {
  parameters parsed;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;

    const auto equals = pair.find('=');
    auto name = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value)
      return failure(std::string{"a % in the query is not followed by two hex digits"});
    if (std::find(known.begin(), known.end(), *name) == known.end())
      return failure(unknown_name("parameter", *name, known));
    if (parsed.find(*name))
      return failure(fmt::format("the parameter \"{}\" is given twice", *name));
    parsed.values_.emplace_back(std::move(*name), std::move(*value));
  }
  return parsed;
}

const std::string* parameters::find(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (known == name) return &value;
  return nullptr;
}

std::string parameters::text(std::string_view name) const {
  const auto* value = find(name);
  return value ? *value : std::string{};
}

result<page_request, std::string> page_from(const parameters& given) {
  page_request page{given.text("next"), page_limit_default};
  if (const auto* limit = given.find("limit")) {
    const auto [end, error] =
        std::from_chars(limit->data(), limit->data() + limit->size(), page.limit);
    if (error != std::errc{} || end != limit->data() + limit->size() || page.limit == 0 ||
        page.limit > page_limit_max)
      return failure(fmt::format("limit must be a number from 1 to {}", page_limit_max));
  }
  return page;
}

result<std::int64_t, std::string> time_from(std::string_view name, std::string_view text) {
  if (text.empty()) return 0;
  if (const auto ms = rfc3339_ms(text)) return *ms;
  return failure(fmt::format("{} must be a time such as 2026-03-01T08:00:00Z", name));
}

}  // namespace airtrain::api
