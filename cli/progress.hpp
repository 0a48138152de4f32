#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace airtrain::cli {

/// The text of a progress bar, `width` characters at most. `share` 0 to 1; below 0: unknown.
std::string progress_text(double share, std::uint64_t events, double seconds, std::size_t width);

/// A progress bar on standard error, where that is a terminal; redrawn at most ten times a second.
class progress {
 public:
  explicit progress(std::uint64_t bytes_total);
  ~progress();  ///< wipes the bar
  void show(std::uint64_t bytes, std::uint64_t events);
  /// Wipes the bar, so that a message can be printed.
  void clear();

 private:
  std::uint64_t bytes_total_;  ///< 0: unknown
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace airtrain::cli
