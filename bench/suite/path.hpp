#pragma once

#include <optional>

#include "bench/suite/scenario.hpp"

namespace airtrain::bench {

/// A way through the service beside the same way through nginx.
struct path {
  int connections = 256;
  int batch = 1;  ///< events in a request; nginx always carries them one by one
  bool mapped = false;
  bool tls = false;  ///< to the target
  std::optional<double> least_ratio{};
  std::optional<double> most_cpu_ratio{};
  std::optional<double> most_p99_per_commit{};
};

/// In each round nginx and airtrain in turn, as fast as they go, and both at half of airtrain's
/// throughput on a fixed schedule.
void measure_path(const path& what, const suite_settings& settings, scenario_result& result);

/// How the mapped scenarios write their bodies, as the lines of `request:` that follow the URL.
extern const char* const shift_mapping;

}  // namespace airtrain::bench
