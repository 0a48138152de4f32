#pragma once

#include <string_view>

namespace airtrain {

/// An RFC 3339 timestamp: date, `T`, time with optional fraction, and `Z` or an offset. Leap
/// seconds are taken.
bool is_rfc3339(std::string_view text);

}  // namespace airtrain
