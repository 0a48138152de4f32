#include "core/ingest/binary_event.hpp"

#include <fmt/format.h>

#include <optional>

#include "core/ingest/event_data.hpp"
#include "core/ingest/problem.hpp"

namespace airtrain {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string without_quotes(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string{value};
  value = value.substr(1, value.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    plain.push_back(value[i]);
  }
  return plain;
}

// How the HTTP binding has it: optional double quotes, then one round of percent-decoding.
std::optional<std::string> header_value_decoded(std::string_view value) {
  const auto plain = without_quotes(value);
  std::string decoded;
  decoded.reserve(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != '%') {
      decoded.push_back(plain[i]);
      continue;
    }
    if (i + 2 >= plain.size()) return std::nullopt;
    const int high = hex_digit(plain[i + 1]);
    const int low = hex_digit(plain[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

result<void, read_problem> take_header(std::string_view header, std::string_view raw_value,
                                       event_draft& draft) {
  const auto name = draft.keep(lower_case(header.substr(3)));
  auto decoded = header_value_decoded(raw_value);
  if (!decoded) return wrong("invalid_attribute", "a % without two hexadecimal digits");
  const auto value = draft.keep(std::move(*decoded));
  const auto which = attribute_named(name);
  if (!which) {
    std::string quoted;
    json::append_quoted(quoted, value);
    return draft.add_extension(name, draft.keep(std::move(quoted)), value);
  }
  if (*which == attribute::data_content_type)
    return wrong("invalid_attribute", "Content-Type says it in binary mode");
  if (!draft.given(*which).empty()) return wrong("duplicate_key", "the header is there twice");
  return draft.set(*which, value);
}

}  // namespace

result<void, read_problem> read_binary_event(std::string_view content_type, std::string_view body,
                                             const std::vector<header_field>& headers,
                                             event_draft& draft) {
  for (const auto& [name, value] : headers) {
    if (name.size() < 3 || lower_case(name.substr(0, 3)) != "ce-") continue;
    auto taken = take_header(name, value, draft);
    if (taken) continue;
    taken.error().detail = fmt::format("header {}: {}", shown(name), taken.error().detail);
    return taken;
  }
  if (!content_type.empty())
    if (auto set = draft.set(attribute::data_content_type, content_type); !set) return set;
  return take_data_bytes(draft, body, 0);
}

}  // namespace airtrain
