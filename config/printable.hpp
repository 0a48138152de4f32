#pragma once

#include <string>
#include <string_view>

namespace airtrain {

/// A text from outside, safe on a terminal and in a log line: control characters, characters that
/// reorder a line and bytes that are not UTF-8 are written as escapes (\n, \x1b, \u202e).
std::string printable(std::string_view text);

}  // namespace airtrain
