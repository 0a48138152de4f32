#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/dispatch/options.hpp"
#include "core/dispatch/token_bucket.hpp"
#include "core/dispatch/token_order.hpp"

namespace airtrain {

/// Whether an attempt may start by the rate limit: the connector's own, or tokens that a shared
/// rate grants. Tokens are asked for when there is something to send, and kept for no longer than
/// one fact: a connector that cannot send holds none.
class rate_gate {
 public:
  using time = std::chrono::microseconds;

  explicit rate_gate(const dispatch_options& options)
      : shared_(!options.shared_rate.empty()), own_(options.rate_per_second) {}

  bool open(time now) const { return shared_ ? granted_ > 0 : own_.available(now); }
  /// One attempt starts. False: it may not.
  bool pass(time now) {
    if (!shared_) return own_.take(now);
    if (granted_ == 0) return false;
    --granted_;
    return true;
  }
  void granted(std::uint32_t tokens) {
    granted_ += tokens;
    asked_ -= std::min(asked_, tokens);
  }
  /// After all that may go has gone: so many attempts have only the rate to wait for.
  std::optional<token_order> settle(std::uint32_t waiting) {
    if (!shared_) return std::nullopt;
    if (waiting == 0) return withdraw();
    if (asked_ > 0) return std::nullopt;
    asked_ = waiting;
    return token_order{0, waiting};
  }

  /// When the connector's own limit next lets one pass; unset: it has none.
  std::optional<time> next(time now) const {
    if (!own_.limited()) return std::nullopt;
    return own_.next(now);
  }
  /// What is asked for has not been granted yet.
  bool waits_for_shared() const { return asked_ > 0; }

 private:
  std::optional<token_order> withdraw() {
    token_order order{std::exchange(granted_, 0), {}};
    if (std::exchange(asked_, 0) > 0) order.want = 0;
    if (order.give_back == 0 && !order.want) return std::nullopt;
    return order;
  }

  bool shared_;
  token_bucket own_;
  std::uint32_t granted_ = 0;
  std::uint32_t asked_ = 0;  ///< wanted and not granted yet, as far as is known here
};

}  // namespace airtrain
