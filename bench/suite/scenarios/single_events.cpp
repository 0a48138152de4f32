#include <fmt/format.h>

#include "bench/suite/path.hpp"

namespace airtrain::bench {
namespace {

scenario one_by_one(const path& what) {
  const auto* mapped = what.mapped ? "-mapped" : "";
  return {fmt::format("single-{}{}", what.connections, mapped), "path",
          fmt::format("durable, one event in a request, {} connections{}", what.connections,
                      what.mapped ? ", each body mapped" : ""),
          [what](const suite_settings& settings, scenario_result& result) {
            measure_path(what, settings, result);
          }};
}

}  // namespace

std::vector<scenario> single_event_scenarios() {
  return {
      one_by_one({.connections = 8}),
      one_by_one({.connections = 64, .least_ratio = 0.50, .most_p99_per_commit = 2.0}),
      one_by_one({.connections = 256,
                  .least_ratio = 0.75,
                  .most_cpu_ratio = 1.3,
                  .most_p99_per_commit = 2.0}),
      one_by_one({.connections = 256, .mapped = true, .least_ratio = 0.55}),
  };
}

}  // namespace airtrain::bench
