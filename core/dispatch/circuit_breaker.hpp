#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/dispatch/backoff.hpp"
#include "core/dispatch/call_window.hpp"
#include "core/dispatch/options.hpp"
#include "messages/connector_status.hpp"

namespace airtrain {

/// What of a breaker survives a restart.
struct kept_breaker {
  breaker_state state = breaker_state::closed;
  std::uint32_t openings = 0;  ///< consecutive
  std::uint32_t successes = 0;
  std::int64_t until_ms = 0;  ///< wall clock, while open
};

/// One connector's circuit breaker: closed, open, half-open and the operator's two. Knows nothing
/// of deliveries. Each change of state starts a new generation; an answer whose permit is of an
/// older one does not move it.
class circuit_breaker {
 public:
  explicit circuit_breaker(const breaker_options& options);

  breaker_state state() const { return state_; }
  std::uint64_t generation() const { return generation_; }
  /// Attempts flow: closed, or disabled by the operator.
  bool lets_flow() const {
    return state_ == breaker_state::closed || state_ == breaker_state::disabled;
  }
  /// Steady time at which it becomes half-open; only while open.
  std::optional<std::chrono::microseconds> open_until() const;

  /// The target answered. True: this closed the circuit.
  bool succeeded(std::uint64_t permit_generation, std::chrono::microseconds now);
  /// A connector-scope failure, with the target's hint. True: this opened the circuit.
  bool failed(std::uint64_t permit_generation, std::chrono::microseconds now,
              std::optional<std::chrono::milliseconds> hint, random_source& random);
  /// Lets time pass. True: it became half-open.
  bool advance(std::chrono::microseconds now);

  void force_open();
  void disable();
  /// Back to its own judgement, closed, with nothing remembered.
  void close();
  /// Answers to all permits given so far no longer move it, nor whatever else they vouched for.
  void outdate_permits() { ++generation_; }

  kept_breaker keep(std::chrono::microseconds now, std::int64_t wall_ms) const;
  void restore(const kept_breaker& kept, std::chrono::microseconds now, std::int64_t wall_ms,
               std::chrono::milliseconds open_at_most);

 private:
  void enter(breaker_state state);
  void open(std::chrono::microseconds now, std::optional<std::chrono::milliseconds> hint,
            random_source& random);
  bool too_many_failures() const;

  breaker_options options_;
  call_window recent_;
  breaker_state state_ = breaker_state::closed;
  std::uint64_t generation_ = 1;
  std::uint32_t failures_in_a_row_ = 0;
  std::uint32_t successes_ = 0;  ///< of probes, while half-open
  std::uint32_t openings_ = 0;   ///< since it was last closed
  std::chrono::microseconds until_{0};
};

}  // namespace airtrain
