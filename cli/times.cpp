#include "cli/times.hpp"

#include <fmt/format.h>

#include <chrono>

#include "api/times.hpp"
#include "config/units.hpp"

namespace airtrain::cli {

std::int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

result<std::string, std::string> moment(std::string_view text, std::int64_t now_ms) {
  if (const auto age = config::parse_duration(text)) return api::rfc3339(now_ms - age->count());
  if (text.size() >= 10 && text[4] == '-' && text[7] == '-') return std::string(text);
  return failure(
      fmt::format("`{}` is neither an age such as 2h nor a time such as "
                  "2026-03-01T08:00:00Z",
                  text));
}

std::string short_duration(double seconds) {
  if (seconds < 0) return "";
  if (seconds < 1) return fmt::format("{:.0f}ms", seconds * 1000);
  if (seconds < 120) return fmt::format("{:.0f}s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f}m", seconds / 60);
  if (seconds < 172'800) return fmt::format("{:.0f}h", seconds / 3600);
  return fmt::format("{:.0f}d", seconds / 86'400);
}

}  // namespace airtrain::cli
