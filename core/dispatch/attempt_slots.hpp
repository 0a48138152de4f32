#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/dispatch/adaptive_limit.hpp"

namespace airtrain {

/// How many attempts may be in flight, and how many of them may be retries. The limit is learnt by
/// an `adaptive_limit`, or else fixed: then after an outage it starts over at one and grows by one
/// with each success, which doubles it with each round trip: the target comes back to a trickle,
/// not to a herd.
class attempt_slots {
 public:
  using time = std::chrono::microseconds;

  explicit attempt_slots(const dispatch_options& options)
      : most_(std::max(options.concurrency, 1u)), ramp_(most_), retry_share_(options.retry_share) {
    if (options.adaptive.on) learnt_.emplace(most_, options.adaptive);
  }

  bool free() const { return in_flight_ < limit(); }
  std::uint32_t free_count() const { return free() ? limit() - in_flight_ : 0; }
  /// While fresh work waits, retries have their share of the slots, at least one.
  bool free_for_retry(bool fresh_waits) const {
    if (!free()) return false;
    if (!fresh_waits) return true;
    // The share of a single slot is a turn.
    return limit() == 1 ? !last_was_retry_ : retries_ < retries_max();
  }
  void take(bool retry) {
    ++in_flight_;
    if (retry) ++retries_;
    last_was_retry_ = retry;
    if (learnt_) learnt_->begun(in_flight_);
  }
  void give_back(bool retry) {
    --in_flight_;
    if (retry) --retries_;
  }
  /// Answers to attempts before `next_serial`, that of the next one, say nothing of what the target
  /// bears now.
  void restart_low(std::uint64_t next_serial) {
    if (learnt_) return learnt_->restart_low(next_serial);
    ramp_ = 1;
    counted_from_ = next_serial;
  }
  /// Delivered; `latency` is what the target took.
  void succeeded(std::uint64_t serial, time latency, std::uint64_t next_serial, time now) {
    if (learnt_) return learnt_->delivered(serial, latency, next_serial, now);
    if (serial >= counted_from_) ramp_ = std::min(ramp_ + 1, most_);
  }
  /// A failure of the target. A fixed limit leaves it to the breaker.
  void failed(std::uint64_t serial, std::uint64_t next_serial, time now) {
    if (learnt_) learnt_->failed(serial, next_serial, now);
  }
  void throttled(std::uint64_t serial, std::uint64_t next_serial, time now, time until) {
    if (learnt_)
      learnt_->throttled(serial, next_serial, now, until);
    else
      restart_low(next_serial);
  }

  std::uint32_t in_flight() const { return in_flight_; }
  std::uint32_t limit() const { return learnt_ ? learnt_->limit() : ramp_; }

 private:
  std::uint32_t retries_max() const {
    return std::max(1u, static_cast<std::uint32_t>(limit() * retry_share_));
  }

  std::uint32_t most_;
  std::uint32_t ramp_;
  double retry_share_;
  std::optional<adaptive_limit> learnt_;
  std::uint32_t in_flight_ = 0;
  std::uint32_t retries_ = 0;
  bool last_was_retry_ = false;
  std::uint64_t counted_from_ = 0;
};

}  // namespace airtrain
