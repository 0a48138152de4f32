#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/suite/figures.hpp"

namespace airtrain::bench {

struct suite_settings {
  std::filesystem::path programs;  ///< the build folder: airtrain and bench/ are in it
  std::filesystem::path work;      ///< data and configurations; emptied for each scenario
  std::string nginx = "/usr/sbin/nginx";
  int rounds = 4;
  int seconds = 3;  ///< of one run
  bool quick = false;

  std::string program(std::string_view name) const { return (programs / name).string(); }
  /// Of the events that a scenario prepares; a fiftieth where it has to be quick.
  std::uint64_t scaled(std::uint64_t count) const { return quick ? count / 50 : count; }
};

struct scenario {
  std::string name;
  std::string group;    ///< scenarios of one group share a table
  std::string summary;  ///< one line: what is measured
  /// Throws std::runtime_error when something was lost or a process failed.
  std::function<void(const suite_settings&, scenario_result&)> run;
};

/// All of them, in the order of the report.
const std::vector<scenario>& all_scenarios();

// One function for each file in scenarios/.
std::vector<scenario> single_event_scenarios();
std::vector<scenario> batch_scenarios();
std::vector<scenario> tls_scenarios();
std::vector<scenario> ingest_scenarios();
std::vector<scenario> deliver_scenarios();
std::vector<scenario> dead_neighbour_scenarios();
std::vector<scenario> sick_neighbours_scenarios();
std::vector<scenario> many_connectors_scenarios();
std::vector<scenario> restart_scenarios();
std::vector<scenario> recovery_scenarios();
std::vector<scenario> idle_scenarios();
std::vector<scenario> micro_scenarios();

}  // namespace airtrain::bench
