#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace airtrain::bench {

struct isolation_settings {
  std::filesystem::path programs;  ///< the build folder
  std::filesystem::path work;      ///< data and configurations; emptied first
  int rounds = 4;
  int seconds = 5;
  int rate = 2000;           ///< events a second
  int waiting = 100'000;     ///< deliveries that an outage leaves
  int recovery_rate = 8000;  ///< the target's rate limit while it recovers
};

/// One run of events at a fixed rate past a healthy connector.
struct neighbour_figures {
  std::uint64_t p50_us = 0;  ///< from the moment an event was due to its arrival at the target
  std::uint64_t p99_us = 0;
  std::uint64_t memory_before = 0;  ///< resident, halfway
  std::uint64_t memory_after = 0;
};

struct round_figures {
  neighbour_figures alone;
  neighbour_figures beside;  ///< a dead, a hanging, a flooding, a garbage and an unresolvable one
};
std::vector<round_figures> measure_isolation(const isolation_settings& settings);

struct recovery_figures {
  double seconds = 0;                ///< from the target's return to the last delivery
  double wait_seconds = 0;           ///< of that until the circuit had closed
  double peak_per_second = 0;        ///< in the busiest second
  double per_second = 0;             ///< from the closing on
  std::uint64_t longest_gap_ms = 0;  ///< without a delivery, from the closing on
};
recovery_figures measure_recovery(const isolation_settings& settings);

}  // namespace airtrain::bench
