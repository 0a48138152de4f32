#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace airtrain::api {

enum class log_level : std::uint8_t { info, warning, error };
enum class log_format : std::uint8_t { text, json };

struct log_field {
  std::string_view name;
  std::string value;
};

/// Lets the first records of a kind through and then a steady trickle, so that what comes from
/// outside cannot flood the log. Any thread.
class flood_gate {
 public:
  /// `burst` at once, then one per `interval`.
  explicit flood_gate(std::uint32_t burst = 10,
                      std::chrono::milliseconds interval = std::chrono::seconds{1});
  /// Unset: hold this one back. Else how many were held back since the last one let through.
  std::optional<std::uint64_t> pass(std::chrono::steady_clock::time_point now);

 private:
  const std::uint32_t burst_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::uint32_t left_;
  std::uint64_t held_back_ = 0;
  std::chrono::steady_clock::time_point refilled_{};
};

/// Writes one line per record, whole (a single write). Whatever the message or a value holds, no
/// control character and no invalid UTF-8 reaches the output. Any thread.
class logger {
 public:
  using sink = std::function<void(std::string_view line)>;

  /// To standard error.
  explicit logger(log_format format);
  logger(log_format format, sink to);

  void info(std::string_view message, std::initializer_list<log_field> fields = {});
  void warning(std::string_view message, std::initializer_list<log_field> fields = {});
  void error(std::string_view message, std::initializer_list<log_field> fields = {});
  /// For what input can cause: through the gate, with the number held back.
  void limited(flood_gate& gate, log_level level, std::string_view message,
               std::initializer_list<log_field> fields = {});

 private:
  void write(log_level level, std::string_view message, std::initializer_list<log_field> fields,
             std::uint64_t held_back);
  const log_format format_;
  const sink sink_;
};

/// The line of one record, with its line feed.
std::string log_line(log_format format, std::int64_t wall_ms, log_level level,
                     std::string_view message, std::initializer_list<log_field> fields,
                     std::uint64_t held_back);

}  // namespace airtrain::api
