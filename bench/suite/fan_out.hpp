#pragma once

#include <string>
#include <vector>

#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {

/// One of several services that get the same events in turn.
struct fan_out_contender {
  std::string name;
  harness::service* it = nullptr;
  const harness::stand_in* target = nullptr;  ///< what is counted
  std::uint64_t deliveries = 1;               ///< of one event at that target
  const harness::stand_in* beside = nullptr;  ///< gets deliveries too, uncounted; may be null
  std::vector<std::string> load{};            ///< further options of its load generator
};

struct fan_out_figures {
  std::vector<double> per_second;      ///< deliveries, as fast as they go
  std::vector<double> cpu_us;          ///< for each counted delivery
  std::vector<double> p50_ms, p99_ms;  ///< at half of the first contender's throughput
};

/// Measures them in turn in each round, the order rotating. `options`: of the load generator.
/// Adds the figures of each to the result and returns them in the order of the contenders.
std::vector<fan_out_figures> measure_fan_out(const std::vector<fan_out_contender>& contenders,
                                             const std::vector<std::string>& options,
                                             const suite_settings& settings,
                                             scenario_result& result);

}  // namespace airtrain::bench
