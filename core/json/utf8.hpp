#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airtrain::json {

/// Length of the well-formed UTF-8 sequence that starts at `p` (Unicode table 3-7: no overlong
/// forms, no surrogates, nothing above U+10FFFF); 0 where there is none. `p < end`.
unsigned utf8_sequence(const char* p, const char* end);

/// Offset of the first byte that is not UTF-8; npos when all of it is.
std::size_t first_invalid_utf8(std::string_view text);

/// Appends a code point (not a surrogate) as UTF-8.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace airtrain::json
