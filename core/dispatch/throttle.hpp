#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/dispatch/backoff.hpp"

namespace airtrain {

/// The target asked for a pause of the whole connector. Without a hint the pauses grow over
/// consecutive throttles.
class throttle {
 public:
  bool active(std::chrono::microseconds now) const { return now < until_; }
  std::chrono::microseconds until() const { return until_; }

  /// `serial` is that of the throttled attempt, `next_serial` that of the next one: what was in
  /// flight together was throttled once, not once each.
  void hit(const retry_options& options, std::optional<std::int64_t> hint_ms, std::uint64_t serial,
           std::uint64_t next_serial, std::chrono::microseconds now, random_source& random) {
    const bool counts = serial >= counted_from_;
    if (!counts && !hint_ms) return;
    const auto pause = retry_delay(options, counts ? in_a_row_ : 0, hint_ms, random);
    until_ = std::max<std::chrono::microseconds>(until_, now + pause);
    if (!counts) return;
    ++in_a_row_;
    counted_from_ = next_serial;
  }
  void delivered() { in_a_row_ = 0; }
  std::uint32_t in_a_row() const { return in_a_row_; }
  /// `left_ms` of an earlier life's pause; negative: it is over.
  void restore(std::int64_t left_ms, std::chrono::milliseconds at_most,
               std::chrono::microseconds now, std::uint32_t in_a_row) {
    in_a_row_ = in_a_row;
    if (left_ms > 0) until_ = now + std::min(std::chrono::milliseconds{left_ms}, at_most);
  }

 private:
  std::chrono::microseconds until_{0};
  std::uint32_t in_a_row_ = 0;
  std::uint64_t counted_from_ = 0;
};

}  // namespace airtrain
