#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace airtrain::bench {

/// A glance at a target.
struct sample {
  std::uint64_t at_us = 0;
  std::uint64_t delivered = 0;  ///< since its start
  std::uint64_t present = 0;    ///< requests that it has at this moment
};

/// One setting of the concurrency while the target had one capacity.
struct phase_figures {
  std::uint32_t capacity = 0;
  double ideal = 0;          ///< deliveries a second that the target can do
  double goodput = 0;        ///< deliveries a second
  double excess = 0;         ///< requests above the capacity at the target, on average
  std::uint64_t peak = 0;    ///< requests at the target, at most
  std::uint64_t p50_us = 0;  ///< at the target
  std::uint64_t p99_us = 0;
  std::uint64_t refused = 0;  ///< 429s
  std::uint32_t limit = 0;    ///< of the connector, at the end
  /// Until for a second goodput was at least 90 % of the ideal, and at most half as much again as
  /// the capacity (and one) was there; unset: never.
  std::optional<double> adapted_after;
};

/// What the glances of one phase tell; what only the target knows is left at zero.
phase_figures judge(const std::vector<sample>& seen, std::uint32_t capacity, int service_ms);

}  // namespace airtrain::bench
