#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace airtrain::bench {

/// What one scenario does in each of its rounds: once through nginx, once through airtrain.
struct scenario {
  std::string name;
  int connections = 64;
  int batch = 1;
  bool mapped = false;
};

/// One run of the load generator through one of the two.
struct run_figures {
  double events_per_second = 0;  ///< first post to last delivery
  double cpu_us_per_event = 0;   ///< of the server between the generator and the sink
  std::uint64_t acknowledge_p50_us = 0;
  std::uint64_t acknowledge_p99_us = 0;
};

/// Accept-to-deliver at a fixed rate of half the throughput, from the moment each event was due.
struct latency_figures {
  std::uint64_t rate = 0;
  std::uint64_t p50_us = 0;
  std::uint64_t p99_us = 0;
  std::uint64_t p999_us = 0;
};

struct scenario_figures {
  scenario what;
  std::vector<run_figures> nginx;
  std::vector<run_figures> airtrain;
  latency_figures latency;
  std::uint64_t peak_memory_bytes = 0;
};

struct bench_settings {
  std::filesystem::path programs;  ///< the build folder: airtrain and bench/ are in it
  std::filesystem::path work;      ///< data and configurations; emptied first
  std::string nginx = "/usr/sbin/nginx";
  int rounds = 4;
  int seconds = 4;
};

/// Runs the scenario, interleaving the two in each round. Throws std::runtime_error when something
/// was lost or a process failed.
scenario_figures run(const scenario& what, const bench_settings& settings);

/// The median time of an append of 4 KiB plus fdatasync in that folder, in microseconds.
std::uint64_t fsync_p50_us(const std::filesystem::path& folder);

/// The table for people and the JSON for programs.
std::string table(const std::vector<scenario_figures>& all, std::uint64_t fsync_us);
std::string json(const std::vector<scenario_figures>& all, std::uint64_t fsync_us);

}  // namespace airtrain::bench
