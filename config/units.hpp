#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace airtrain::config {

/// "250ms", "30s", "5m", "1h", "7d", or "0". Unset: not a duration, or too long to count.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "512B", "64KiB", "1MiB", "10GiB", "1TiB", or "0".
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "100/s", "10/m", "5/h": per second, above 0.
std::optional<double> parse_rate(std::string_view text);

/// Written as the configuration would, in the largest unit that fits evenly.
std::string show_duration(std::chrono::milliseconds value);
std::string show_size(std::uint64_t bytes);

}  // namespace airtrain::config
