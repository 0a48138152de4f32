#include "bench/suite/path.hpp"

namespace airtrain::bench {
namespace {

scenario in_batches(std::string name, std::string summary, const path& what) {
  return {std::move(name), "path", std::move(summary),
          [what](const suite_settings& settings, scenario_result& result) {
            measure_path(what, settings, result);
          }};
}

}  // namespace

std::vector<scenario> batch_scenarios() {
  return {
      in_batches("batch-100", "durable, 100 events in a request, 16 connections",
                 {.connections = 16, .batch = 100, .least_ratio = 1.25}),
      in_batches("batch-100-mapped", "the same, each body mapped",
                 {.connections = 16, .batch = 100, .mapped = true}),
  };
}

}  // namespace airtrain::bench
