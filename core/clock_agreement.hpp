#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "messages/instant.hpp"

namespace airtrain {

/// Judges whether the wall clock can be believed: when it parts from the steady clock by more than
/// a minute, somebody has set it, and nothing may expire or be purged by it until the two have
/// agreed for an hour. Learns from the readings it is given; belongs to one thread at a time.
class clock_agreement {
 public:
  static constexpr std::chrono::milliseconds parted_from{60'000};
  static constexpr std::chrono::milliseconds believed_after{3'600'000};

  /// Returns by how much the wall clock was set since the reading before; zero while they agree.
  std::chrono::milliseconds observe(const instant& now) {
    const auto offset = std::chrono::milliseconds{now.wall_ms} - steady_of(now);
    if (!started_) {
      start_over(offset, now);
      return std::chrono::milliseconds{0};
    }
    const auto parted = offset - offset_;
    if (std::chrono::abs(parted) > parted_from) {
      start_over(offset, now);
      doubt(believed_after, now);
      return parted;
    }
    // A clock that is slewed, by seconds an hour, is followed and still believed.
    if (now.steady - compared_since_ >= believed_after) start_over(offset, now);
    return std::chrono::milliseconds{0};
  }

  bool agree(const instant& now) const { return now.steady >= believed_from_; }
  /// What is left of the hour.
  std::chrono::milliseconds doubt_left(const instant& now) const {
    if (agree(now)) return std::chrono::milliseconds{0};
    return std::chrono::ceil<std::chrono::milliseconds>(believed_from_ - now.steady);
  }
  /// The clocks are known not to have agreed before.
  void doubt(std::chrono::milliseconds length, const instant& now) {
    believed_from_ = now.steady + length;
  }

 private:
  static std::chrono::milliseconds steady_of(const instant& now) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now.steady);
  }
  void start_over(std::chrono::milliseconds offset, const instant& now) {
    started_ = true;
    offset_ = offset;
    compared_since_ = now.steady;
  }

  bool started_ = false;
  std::chrono::milliseconds offset_{0};  ///< wall less steady
  std::chrono::microseconds compared_since_{0};
  std::chrono::microseconds believed_from_{std::chrono::microseconds::min()};
};

}  // namespace airtrain
