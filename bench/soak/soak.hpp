#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/harness/plot.hpp"
#include "bench/soak/series.hpp"

namespace airtrain::bench {

struct soak_settings {
  std::filesystem::path programs;  ///< the build folder
  std::filesystem::path work;      ///< emptied first
  double seconds = 60;
  std::uint64_t rate = 0;  ///< events a second; 0: half of what it takes as fast as it goes
  bool kills = false;      ///< the service is killed now and then
  std::uint32_t seed = 1;
};

struct soak_result {
  std::uint64_t rate = 0;
  std::uint64_t events = 0;
  std::uint64_t lost = 0;        ///< acknowledged and not delivered, over all targets
  std::uint64_t duplicates = 0;  ///< delivered again
  int restarts = 0;
  double drained_seconds = 0;  ///< from the last event to the last delivery
  std::vector<series> all;
  std::vector<harness::band> faults;
  bool good() const;  ///< nothing lost, all flat
};

/// A steady target, and two that fail in turn, one of them ordered: half of the load that they
/// take, for that long. Throws std::runtime_error when a process fails.
soak_result soak(const soak_settings& settings);

std::string json_of(const soak_result& result, const soak_settings& settings);
std::string words_of(const soak_result& result);
std::string svg_of(const soak_result& result);

}  // namespace airtrain::bench
