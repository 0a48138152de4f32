#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace airtrain::bench {

struct adaptive_settings {
  std::filesystem::path programs;  ///< the build folder
  std::filesystem::path work;      ///< data and configurations; emptied first
  int seconds = 15;                ///< of each phase
  int service_ms = 50;             ///< what a request takes at an idle target
  std::vector<std::uint32_t> capacities{8, 2, 12};
  std::vector<std::uint32_t> fixed{2, 4, 8, 12, 16, 32};
  std::uint32_t max = 64;  ///< of the adaptive one
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

struct setting_figures {
  std::string name;  ///< "fixed 8", "adaptive"
  std::vector<phase_figures> phases;
  double goodput() const;  ///< over all phases
};

/// All settings at once, each with a target of its own that behaves alike: `queue`, `refuse` or
/// `degrade` (bench/adaptive/capacity_sink.cpp). The last is the adaptive one.
std::vector<setting_figures> measure_adaptive(const adaptive_settings& settings,
                                              const std::string& mode);

}  // namespace airtrain::bench
