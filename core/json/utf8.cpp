#include "core/json/utf8.hpp"

namespace airtrain::json {
namespace {

unsigned char byte_at(const char* p) {
  return static_cast<unsigned char>(*p);
}

bool continues(const char* p) {
  return (byte_at(p) & 0xC0u) == 0x80u;
}

// The second byte carries the bounds that rule out overlong forms, surrogates and too large values.
bool second_byte_fits(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return second >= 0x80 && second <= 0xBF;
  }
}

}  // namespace

unsigned utf8_sequence(const char* p, const char* end) {
  const auto first = byte_at(p);
  if (first < 0x80) return 1;
  const unsigned length = first >= 0xC2 && first <= 0xDF   ? 2
                          : first >= 0xE0 && first <= 0xEF ? 3
                          : first >= 0xF0 && first <= 0xF4 ? 4
                                                           : 0;
  if (length == 0 || end - p < static_cast<std::ptrdiff_t>(length)) return 0;
  if (!second_byte_fits(first, byte_at(p + 1))) return 0;
  for (unsigned i = 2; i < length; ++i)
    if (!continues(p + i)) return 0;
  return length;
}

std::size_t first_invalid_utf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const auto length = utf8_sequence(p, end);
    if (length == 0) return static_cast<std::size_t>(p - text.data());
    p += length;
  }
  return std::string_view::npos;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

}  // namespace airtrain::json
