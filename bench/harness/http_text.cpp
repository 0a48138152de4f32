#include "bench/harness/http_text.hpp"

#include <strings.h>

#include <charconv>
#include <string>

namespace airtrain::harness {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

/// What follows `"name":` and white space.
std::string_view behind_name(std::string_view json, std::string_view name) {
  std::string mark;
  mark.reserve(name.size() + 3);
  mark.append(1, '"').append(name).append("\":");
  const auto at = json.find(mark);
  if (at == std::string_view::npos) return {};
  auto rest = json.substr(at + mark.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

}  // namespace

std::string_view header_value(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos;) {
    const auto begin = line + 2;
    line = head.find("\r\n", begin);
    if (line == std::string_view::npos || line - begin <= name.size()) continue;
    if (head[begin + name.size()] != ':') continue;
    if (strncasecmp(head.data() + begin, name.data(), name.size()) != 0) continue;
    auto value = head.substr(begin + name.size() + 1, line - begin - name.size() - 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return value;
  }
  return {};
}

std::optional<message> first_message(std::string_view buffer) {
  const auto end = buffer.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const auto head = buffer.substr(0, end + 4);
  const auto length = number_in(header_value(head, "content-length")).value_or(0);
  if (buffer.size() < head.size() + length) return std::nullopt;
  return message{head, buffer.substr(head.size(), length)};
}

int status_of(std::string_view head) {
  if (head.size() < 12 || !head.starts_with("HTTP/1.")) return 0;
  return static_cast<int>(number_in(head.substr(9, 3)).value_or(0));
}

std::optional<std::uint64_t> number_field(std::string_view json, std::string_view name) {
  return number_in(behind_name(json, name));
}

std::string_view string_field(std::string_view json, std::string_view name) {
  auto rest = behind_name(json, name);
  if (!rest.starts_with('"')) return {};
  rest.remove_prefix(1);
  return rest.substr(0, rest.find('"'));
}

}  // namespace airtrain::harness
