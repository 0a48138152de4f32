#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/result.hpp"

namespace airtrain::cli {

/// "2h" (that long before now) or a RFC 3339 time, as the latter.
result<std::string, std::string> moment(std::string_view text, std::int64_t now_ms);
std::int64_t wall_clock_ms();
/// "350ms", "12s", "5m", "3h", "2d": about, for a table. Empty below 0.
std::string short_duration(double seconds);

}  // namespace airtrain::cli
