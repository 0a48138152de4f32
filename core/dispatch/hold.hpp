#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "messages/delivery.hpp"

namespace airtrain {

/// Why the target, or our way of speaking to it, is held to be wrong.
enum class hold_kind : std::uint8_t {
  none,
  refused_us,  ///< credentials, redirect, certificate, or forbidden many times over
  guard,       ///< so many rejections in a row that they look like the connector
  manual,      ///< the target says stop
};

/// A connector that is held sends nothing but probes: one at once, then one an interval. A manual
/// hold is not probed.
class hold {
 public:
  explicit hold(std::chrono::microseconds probe_interval) : interval_(probe_interval) {}

  bool active() const { return kind_ != hold_kind::none; }
  hold_kind kind() const { return kind_; }
  bool probed() const { return active() && kind_ != hold_kind::manual; }
  const std::string& message() const { return message_; }
  std::int64_t since_ms() const { return since_ms_; }

  void start(hold_kind kind, std::string message, std::int64_t since_ms,
             std::chrono::microseconds now) {
    kind_ = kind;
    message_ = std::move(message);
    since_ms_ = since_ms;
    next_probe_ = now;
    rejected_probes_ = 0;
  }
  void end() { kind_ = hold_kind::none; }

  std::chrono::microseconds next_probe() const { return next_probe_; }
  bool probe_due(std::chrono::microseconds now) const { return probed() && now >= next_probe_; }
  void probe_sent(std::chrono::microseconds now) { next_probe_ = now + interval_; }
  void wait_at_least(std::chrono::microseconds until) {
    if (until > next_probe_) next_probe_ = until;
  }
  /// A probe of a guard's hold was rejected while nothing else could be probed. How often in a row
  /// for this delivery.
  std::uint32_t sole_candidate_rejected(delivery_key key) {
    if (key != rejected_) rejected_probes_ = 0;
    rejected_ = key;
    return ++rejected_probes_;
  }
  delivery_key sole_candidate() const { return rejected_; }
  std::uint32_t sole_candidate_rejections() const { return rejected_probes_; }
  void restore_sole_candidate(delivery_key key, std::uint32_t rejections) {
    rejected_ = key;
    rejected_probes_ = rejections;
  }

 private:
  std::chrono::microseconds interval_;
  hold_kind kind_ = hold_kind::none;
  std::string message_;
  std::int64_t since_ms_ = 0;
  std::chrono::microseconds next_probe_{0};
  delivery_key rejected_;
  std::uint32_t rejected_probes_ = 0;
};

}  // namespace airtrain
