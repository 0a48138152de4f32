#include "core/json/document.hpp"

#include <fmt/format.h>

#include <array>

#include "core/json/scanner.hpp"
#include "core/json/strings.hpp"
#include "core/json/utf8.hpp"
#include "messages/invariant.hpp"

namespace airtrain::json {

result<void, parse_error> document::parse(std::string_view text) {
  text_ = text;
  nodes_.clear();
  nodes_.reserve(text.size() / 12 + 4);  // about what events have
  scanner scan{text, nodes_};
  if (scan.run()) return {};
  nodes_.clear();
  return failure(scan.error());
}

std::string_view document::raw(std::uint32_t index) const {
  const auto& n = nodes_[index];
  return text_.substr(n.begin, n.end - n.begin);
}

std::string_view document::string(std::uint32_t index, std::string& buffer) const {
  const auto& n = nodes_[index];
  AIRTRAIN_INVARIANT(n.what == kind::string);
  const auto inside = text_.substr(n.begin + 1, n.end - n.begin - 2);
  if (!n.escaped) return inside;
  buffer.clear();
  append_decoded(buffer, inside);
  return buffer;
}

std::string document::string(std::uint32_t index) const {
  std::string buffer;
  return std::string{string(index, buffer)};
}

std::uint32_t document::find(std::uint32_t object, std::string_view key) const {
  if (nodes_[object].what != kind::object) return 0;
  std::string buffer;
  for (auto i = object + 1; i != nodes_[object].next; i = nodes_[i + 1].next)
    if (string(i, buffer) == key) return i + 1;
  return 0;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view short_names = "btn?fr";  // for 8 to 13; 11 has none
  out.push_back('"');
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const auto c = static_cast<unsigned char>(*p);
    const auto length = utf8_sequence(p, end);
    if (length == 0) {
      out.append("\xEF\xBF\xBD");  // U+FFFD: what is written must stay JSON
    } else if (c == '"' || c == '\\') {
      out.append({'\\', *p});
    } else if (c >= 8 && c <= 13 && c != 11) {
      out.append({'\\', short_names[c - 8u]});
    } else if (c < 0x20) {
      out.append("\\u00").append({hex[c >> 4], hex[c & 15]});
    } else {
      out.append(p, length);
    }
    p += length == 0 ? 1 : length;
  }
  out.push_back('"');
}

std::string to_string(const parse_error& error, std::size_t text_begins_at) {
  const auto place = text_begins_at + error.offset;
  return error.fault == parse_fault::malformed
             ? fmt::format("not JSON at byte {}: {}", place, error.message)
             : fmt::format("{} at byte {}", error.message, place);
}

}  // namespace airtrain::json
