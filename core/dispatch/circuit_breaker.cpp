#include "core/dispatch/circuit_breaker.hpp"

#include <algorithm>

namespace airtrain {

circuit_breaker::circuit_breaker(const breaker_options& options)
    : options_(options), recent_(options.window) {}

std::optional<std::chrono::microseconds> circuit_breaker::open_until() const {
  if (state_ != breaker_state::open) return std::nullopt;
  return until_;
}

void circuit_breaker::enter(breaker_state state) {
  state_ = state;
  ++generation_;
  failures_in_a_row_ = 0;
  successes_ = 0;
  recent_.clear();
}

bool circuit_breaker::succeeded(std::uint64_t permit_generation, std::chrono::microseconds now) {
  if (permit_generation != generation_) return false;
  if (state_ == breaker_state::closed) {
    failures_in_a_row_ = 0;
    recent_.add(false, now);
    return false;
  }
  if (state_ != breaker_state::half_open || ++successes_ < options_.probes) return false;
  close();
  return true;
}

bool circuit_breaker::failed(std::uint64_t permit_generation, std::chrono::microseconds now,
                             std::optional<std::chrono::milliseconds> hint, random_source& random) {
  if (permit_generation != generation_) return false;
  if (state_ == breaker_state::closed) {
    ++failures_in_a_row_;
    recent_.add(true, now);
    if (!too_many_failures()) return false;
  } else if (state_ != breaker_state::half_open) {
    return false;
  }
  open(now, hint, random);
  return true;
}

bool circuit_breaker::too_many_failures() const {
  if (failures_in_a_row_ >= options_.consecutive) return true;
  return recent_.calls() >= options_.min_calls &&
         recent_.failures() >= options_.failure_rate * recent_.calls();
}

void circuit_breaker::open(std::chrono::microseconds now,
                           std::optional<std::chrono::milliseconds> hint, random_source& random) {
  ++openings_;
  const std::chrono::microseconds longest = options_.open_max;
  const auto plain = std::min(std::chrono::microseconds{options_.open} * openings_, longest);
  const double jitter = std::uniform_real_distribution<double>{0.9, 1.1}(random);
  auto length = std::chrono::duration_cast<std::chrono::microseconds>(plain * jitter);
  if (hint) length = std::max<std::chrono::microseconds>(length, *hint);
  until_ = now + length;
  enter(breaker_state::open);
}

bool circuit_breaker::advance(std::chrono::microseconds now) {
  if (state_ != breaker_state::open || now < until_) return false;
  enter(breaker_state::half_open);
  return true;
}

void circuit_breaker::force_open() {
  enter(breaker_state::forced_open);
}

void circuit_breaker::disable() {
  openings_ = 0;
  enter(breaker_state::disabled);
}

void circuit_breaker::close() {
  openings_ = 0;
  enter(breaker_state::closed);
}

kept_breaker circuit_breaker::keep(std::chrono::microseconds now, std::int64_t wall_ms) const {
  kept_breaker kept{state_, openings_, successes_, 0};
  if (state_ == breaker_state::open)
    kept.until_ms =
        wall_ms + std::chrono::duration_cast<std::chrono::milliseconds>(until_ - now).count();
  return kept;
}

void circuit_breaker::restore(const kept_breaker& kept, std::chrono::microseconds now,
                              std::int64_t wall_ms, std::chrono::milliseconds open_at_most) {
  enter(kept.state);
  openings_ = kept.openings;
  successes_ = kept.state == breaker_state::half_open ? kept.successes : 0;
  // More than any opening: the wall clock was set back, and what is left is unknown. A probe tells.
  auto left = std::max<std::int64_t>(kept.until_ms - wall_ms, 0);
  if (left > open_at_most.count()) left = 0;
  until_ = now + std::chrono::milliseconds{left};
}

}  // namespace airtrain
