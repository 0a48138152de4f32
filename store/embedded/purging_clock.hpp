#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace airtrain::embedded {

/// Whether the wall clock can be believed when it says that something is old enough to be purged.
/// Any thread.
class purging_clock {
 public:
  virtual ~purging_clock() = default;
  virtual bool believed() = 0;
  /// For how long it will not be believed yet.
  virtual std::chrono::milliseconds doubt_left() = 0;
  /// It was in doubt at the end of an earlier process: for that much longer, not counting the time
  /// in which nobody compared.
  virtual void doubt(std::chrono::milliseconds length) = 0;
};

/// Compares it with the steady clock from now on, as far as each call can see
/// (core/clock_agreement.hpp).
std::shared_ptr<purging_clock> clock_beside_steady(std::function<std::int64_t()> wall_ms);

}  // namespace airtrain::embedded
