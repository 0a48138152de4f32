#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace airtrain {
inline namespace v0 {

struct library_settings {
  std::filesystem::path data_dir;  ///< one process at a time
  std::uint32_t io_threads = 1;    ///< for HTTP systems
  std::chrono::milliseconds dedupe_window{std::chrono::hours{24 * 7}};
  std::chrono::milliseconds retention{std::chrono::hours{24 * 7}};  ///< of delivered events
  /// Attempts a second, by name, that the connectors which name it share.
  std::map<std::string, double> rate_limits{};
  /// How long the destructor waits for attempts under way.
  std::chrono::milliseconds drain_timeout{35'000};
  /// One line each time a connector changes: its circuit opens, it is held, a lane stops. Called
  /// on the library's threads: must return at once, and not throw.
  std::function<void(std::string_view line)> log{};
};

/// What one connector has before it.
struct connector_overview {
  std::string name;
  std::string state;  ///< running, throttled, open, held, paused, failed
  std::string why;    ///< when not running
  std::uint64_t backlog = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t in_flight = 0;
};

}  // namespace v0
}  // namespace airtrain
