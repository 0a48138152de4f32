#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airtrain::json {

/// Where a string literal ends, or what is wrong with it.
struct string_scan {
  const char* at = nullptr;       ///< one past the closing quote, or the byte that is wrong
  const char* problem = nullptr;  ///< null: the literal is well formed
  bool escaped = false;           ///< it has escapes
};

/// Checks the string literal whose opening quote is at `p`: escapes, paired surrogates, UTF-8, no
/// bare control characters.
string_scan scan_string(const char* p, const char* end);

/// Appends the characters of a well-formed literal's inside (without its quotes).
void append_decoded(std::string& out, std::string_view inside);

}  // namespace airtrain::json
