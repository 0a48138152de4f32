#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace airtrain::harness {

/// What the load generator says at its end.
struct load_figures {
  std::uint64_t acknowledged = 0;
  double cpu_us = 0;
  std::uint64_t p50_us = 0;  ///< due to 202
  std::uint64_t p99_us = 0;
};
/// Runs bench_load to its end. Throws std::runtime_error when it failed.
load_figures run_load(const std::string& program, std::uint16_t port,
                      const std::vector<std::string>& options);

}  // namespace airtrain::harness
