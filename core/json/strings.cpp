#include "core/json/strings.hpp"

#include <bit>
#include <cstring>

#include "core/json/utf8.hpp"

namespace airtrain::json {
namespace {

constexpr std::uint64_t every_byte(std::uint64_t value) {
  return value * 0x0101010101010101u;
}

// Skips ASCII that needs no look, eight bytes at a time. Borrows of the subtractions can only mark
// bytes above a real hit, so the lowest mark is exact.
const char* skip_plain(const char* p, const char* end) {
  static_assert(std::endian::native == std::endian::little);
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    const auto control = word - every_byte(0x20);
    const auto quote = (word ^ every_byte('"')) - every_byte(1);
    const auto backslash = (word ^ every_byte('\\')) - every_byte(1);
    const auto marks = (control | quote | backslash | word) & every_byte(0x80);
    if (marks != 0) return p + std::countr_zero(marks) / 8;
    p += 8;
  }
  return p;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hexadecimal digits at `p`, which the caller knows to be there.
std::uint32_t hex4(const char* p) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 4 | static_cast<std::uint32_t>(hex_digit(p[i]));
  return value;
}

bool high_surrogate(std::uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool low_surrogate(std::uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

constexpr const char* ends_inside = "the text ends inside a string";

// `\uXXXX` at `p`: null when well formed, else the byte that is wrong.
const char* wrong_hex(const char* p, const char* end) {
  for (int i = 2; i < 6; ++i)
    if (p + i == end || hex_digit(p[i]) < 0) return p + i;
  return nullptr;
}

string_scan scan_unicode_escape(const char* p, const char* end) {
  constexpr const char* bad_hex = "\\u needs four hexadecimal digits";
  constexpr const char* lone = "half of a surrogate pair in an escape";
  if (const auto* wrong = wrong_hex(p, end))
    return {wrong, wrong == end ? ends_inside : bad_hex, true};
  const auto unit = hex4(p + 2);
  if (low_surrogate(unit)) return {p, lone, true};
  if (!high_surrogate(unit)) return {p + 6, nullptr, true};
  const char* second = p + 6;
  if (end - second < 2 || second[0] != '\\' || second[1] != 'u') return {p, lone, true};
  if (const auto* wrong = wrong_hex(second, end))
    return {wrong, wrong == end ? ends_inside : bad_hex, true};
  if (!low_surrogate(hex4(second + 2))) return {p, lone, true};
  return {second + 6, nullptr, true};
}

string_scan scan_escape(const char* p, const char* end) {
  if (end - p < 2) return {end, ends_inside, true};
  if (p[1] == 'u') return scan_unicode_escape(p, end);
  if (std::string_view{"\"\\/bfnrt"}.find(p[1]) == std::string_view::npos)
    return {p + 1, "unknown escape in a string", true};
  return {p + 2, nullptr, true};
}

char simple_escape(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

}  // namespace

string_scan scan_string(const char* p, const char* end) {
  bool escaped = false;
  for (++p;;) {
    p = skip_plain(p, end);
    if (p == end) return {p, ends_inside, escaped};
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"') return {p + 1, nullptr, escaped};
    if (c == '\\') {
      const auto escape = scan_escape(p, end);
      if (escape.problem != nullptr) return escape;
      escaped = true;
      p = escape.at;
    } else if (c < 0x20) {
      return {p, "bare control character in a string", escaped};
    } else if (const auto length = utf8_sequence(p, end); length != 0) {
      p += length;
    } else {
      return {p, "not UTF-8", escaped};
    }
  }
}

void append_decoded(std::string& out, std::string_view inside) {
  while (!inside.empty()) {
    const auto plain = inside.find('\\');
    out.append(inside.substr(0, plain));
    if (plain == std::string_view::npos) return;
    inside.remove_prefix(plain);
    if (inside[1] != 'u') {
      out.push_back(simple_escape(inside[1]));
      inside.remove_prefix(2);
      continue;
    }
    auto code_point = hex4(inside.data() + 2);
    std::size_t length = 6;
    if (high_surrogate(code_point)) {
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (hex4(inside.data() + 8) - 0xDC00);
      length = 12;
    }
    append_utf8(out, code_point);
    inside.remove_prefix(length);
  }
}

}  // namespace airtrain::json
