#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace airtrain {

/// How often an actor may be started again, as in OTP: more than `max` crashes within `window`, and
/// it stays down.
class restart_limit {
 public:
  restart_limit(std::uint32_t max, std::chrono::milliseconds window) : max_(max), window_(window) {}

  /// It crashed. How long to wait before the restart (doubling while it goes on); unset: no more
  /// restarts.
  std::optional<std::chrono::milliseconds> crashed(std::chrono::microseconds now) {
    while (!crashes_.empty() && crashes_.front() + window_ < now) crashes_.pop_front();
    crashes_.push_back(now);
    if (crashes_.size() > max_) return {};
    return first_delay * (1 << std::min<std::size_t>(crashes_.size() - 1, 6));
  }
  void forget() { crashes_.clear(); }

 private:
  static constexpr std::chrono::milliseconds first_delay{50};
  std::uint32_t max_;
  std::chrono::milliseconds window_;
  std::deque<std::chrono::microseconds> crashes_;
};

}  // namespace airtrain
