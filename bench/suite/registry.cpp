#include "bench/suite/scenario.hpp"

namespace airtrain::bench {

const std::vector<scenario>& all_scenarios() {
  static const auto all = [] {
    std::vector<scenario> made;
    for (auto* of : {single_event_scenarios, batch_scenarios, tls_scenarios, ingest_scenarios,
                     deliver_scenarios, dead_neighbour_scenarios, sick_neighbours_scenarios,
                     many_connectors_scenarios, restart_scenarios, recovery_scenarios,
                     idle_scenarios, micro_scenarios})
      for (auto& each : of()) made.push_back(std::move(each));
    return made;
  }();
  return all;
}

}  // namespace airtrain::bench
