#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/adaptive/phase.hpp"

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
