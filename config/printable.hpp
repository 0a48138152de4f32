#pragma once

#include <string>
#include <string_view>

namespace airtrain {

/// A text from outside, safe on a terminal and in a log line: control characters and characters
/// that reorder a line are written as JSON would (\n, \u001b, \u202e), bytes that are not UTF-8 as
/// \xff.
std::string printable(std::string_view text);

/// The same for a text of several lines: line breaks and tabs stay. JSON stays the same JSON.
std::string printable_lines(std::string_view text);

}  // namespace airtrain
