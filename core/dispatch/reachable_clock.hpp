#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace airtrain {

/// Counts the time in which a connector could be reached: not behind an open breaker, a hold, a
/// pause or a throttle, nor while the process was down. `give_up_after` is measured on it. Its
/// value is kept in the owner's state.
class reachable_clock {
 public:
  explicit reachable_clock(std::int64_t kept_ms = 0)
      : elapsed_(std::chrono::milliseconds{kept_ms}) {}

  void run(bool reachable, std::chrono::microseconds now) {
    if (running_) elapsed_ += std::max(now - since_, std::chrono::microseconds{0});
    running_ = reachable;
    since_ = now;
  }
  std::int64_t read_ms(std::chrono::microseconds now) const {
    const auto running = running_ ? std::max(now - since_, std::chrono::microseconds{0})
                                  : std::chrono::microseconds{0};
    return std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_ + running).count();
  }

 private:
  std::chrono::microseconds elapsed_;
  std::chrono::microseconds since_{0};
  bool running_ = false;
};

}  // namespace airtrain
