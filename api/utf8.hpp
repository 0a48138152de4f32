#pragma once

#include <cstddef>
#include <string_view>

namespace airtrain::api {

/// Bytes of the well-formed UTF-8 sequence at `at` (1 to 4), or 0 where the byte does not start one
/// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at);

/// A sequence of `length` bytes that is a C1 control (U+0080 to U+009F): terminals obey them as
/// they do escape sequences.
bool is_c1_control(std::string_view text, std::size_t at, std::size_t length);

}  // namespace airtrain::api
