#pragma once

#include <algorithm>
#include <cstdint>

#include "core/dispatch/options.hpp"
#include "messages/delivery.hpp"

namespace airtrain {

/// Counts rejections in a row with none delivered between. Enough of them look like the connector
/// (wrong path, deployment, changed schema), not like the events.
class reject_guard {
 public:
  explicit reject_guard(const dispatch_options& options)
      : limit_(options.reject_guard), limit_unproven_(options.reject_guard_unproven) {}

  /// True: the connector should be held. `proven`: it has delivered before.
  bool rejected(delivery_key key, bool proven) {
    if (run_++ == 0) group_ = key.seq;
    const auto most = proven ? limit_ : std::min(limit_, limit_unproven_);
    return limit_ > 0 && run_ >= most;
  }
  void delivered() { run_ = 0; }

  /// The group of the run's dead letters: the sequence number of its first. 0: the guard is off.
  std::uint64_t group() const { return limit_ > 0 && run_ > 0 ? group_ : 0; }
  std::uint32_t run() const { return run_; }
  void restore(std::uint32_t run, std::uint64_t group) {
    run_ = run;
    group_ = group;
  }

 private:
  std::uint32_t limit_;
  std::uint32_t limit_unproven_;
  std::uint32_t run_ = 0;
  std::uint64_t group_ = 0;
};

}  // namespace airtrain
