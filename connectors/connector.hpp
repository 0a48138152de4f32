#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "messages/outcome.hpp"

namespace airtrain {

/// Where outcomes go. Any thread; never blocks.
class outcome_sink {
 public:
  virtual ~outcome_sink() = default;
  virtual void push(attempt_outcome outcome) = 0;
  /// Several at once, in order.
  virtual void push_all(std::vector<attempt_outcome> outcomes) {
    for (auto& outcome : outcomes) push(std::move(outcome));
  }
};

/// One attempt in a connector's hands. Completes exactly once: a second `complete` is a broken
/// invariant, and one that is dropped completes as a connector-scope retry (`connector_threw`).
class attempt {
 public:
  attempt(attempt_order order, std::shared_ptr<outcome_sink> sink, std::int64_t started_wall_ms);
  attempt(attempt&&) noexcept = default;
  attempt& operator=(attempt&&) noexcept;
  ~attempt();

  const attempt_order& order() const { return order_; }
  /// `answered_in`: see attempt_outcome.
  void complete(verdict result, rendered_ref rendered = nullptr,
                std::optional<std::chrono::microseconds> answered_in = std::nullopt);
  /// Sends its outcome by way of `stop`, which must hand it on to where it would have gone.
  void go_by(std::shared_ptr<outcome_sink> stop) { sink_ = std::move(stop); }
  const std::shared_ptr<outcome_sink>& sink() const { return sink_; }

 private:
  attempt_order order_;
  std::shared_ptr<outcome_sink> sink_;  ///< null once completed or moved from
  std::int64_t started_wall_ms_ = 0;
  std::chrono::steady_clock::time_point started_;
};

/// Carries deliveries to one external system. `deliver` is called by the supervisor with at most
/// `concurrency` attempts outstanding; it must return at once and complete each attempt later, from
/// any thread. May throw: what it had not completed is retried and the supervisor is restarted.
class connector {
 public:
  virtual ~connector() = default;
  virtual void deliver(std::vector<attempt> attempts) = 0;
  /// No more calls will come; attempts under way may still complete.
  virtual void stop() {}
};

}  // namespace airtrain
