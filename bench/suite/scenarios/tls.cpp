#include "bench/suite/path.hpp"

namespace airtrain::bench {

std::vector<scenario> tls_scenarios() {
  return {{"tls-out", "path", "one by one, 256 connections, TLS to the target, as nginx does it",
           [](const suite_settings& settings, scenario_result& result) {
             measure_path({.connections = 256, .tls = true}, settings, result);
           }}};
}

}  // namespace airtrain::bench
