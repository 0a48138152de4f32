#pragma once

#include <algorithm>
#include <cstdint>

namespace airtrain {

/// How many attempts may be in flight, and how many of them may be retries. After an outage the
/// limit starts over at one and grows by one with each success, which doubles it with each round
/// trip: the target comes back to a trickle, not to a herd.
class attempt_slots {
 public:
  attempt_slots(std::uint32_t concurrency, double retry_share)
      : most_(std::max(concurrency, 1u)), limit_(most_), retry_share_(retry_share) {}

  bool free() const { return in_flight_ < limit_; }
  /// While fresh work waits, retries have their share of the slots, at least one.
  bool free_for_retry(bool fresh_waits) const {
    if (!free()) return false;
    if (!fresh_waits) return true;
    // The share of a single slot is a turn.
    return limit_ == 1 ? !last_was_retry_ : retries_ < retries_max();
  }
  void take(bool retry) {
    ++in_flight_;
    if (retry) ++retries_;
    last_was_retry_ = retry;
  }
  void give_back(bool retry) {
    --in_flight_;
    if (retry) --retries_;
  }
  /// Successes of attempts before `next_serial` say nothing of what the target bears now.
  void restart_low(std::uint64_t next_serial) {
    limit_ = 1;
    counted_from_ = next_serial;
  }
  void succeeded(std::uint64_t serial) {
    if (serial >= counted_from_) limit_ = std::min(limit_ + 1, most_);
  }

  std::uint32_t in_flight() const { return in_flight_; }
  std::uint32_t limit() const { return limit_; }

 private:
  std::uint32_t retries_max() const {
    return std::max(1u, static_cast<std::uint32_t>(limit_ * retry_share_));
  }

  std::uint32_t most_;
  std::uint32_t limit_;
  double retry_share_;
  std::uint32_t in_flight_ = 0;
  std::uint32_t retries_ = 0;
  bool last_was_retry_ = false;
  std::uint64_t counted_from_ = 0;
};

}  // namespace airtrain
