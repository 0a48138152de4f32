#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace airtrain::api {

/// "2026-03-01T08:15:30.250Z". Years 0 to 9999; others are clamped to them.
std::string rfc3339(std::int64_t wall_ms);

/// RFC 3339 with any offset, to ms since the epoch (finer digits are cut off). Unset when it is not
/// one.
std::optional<std::int64_t> rfc3339_ms(std::string_view text);

}  // namespace airtrain::api
