#include <fmt/format.h>
#include <poll.h>

#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/sockets.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

constexpr double bytes_per_mib = 1u << 20;

double memory_mib(const service& of) {
  return static_cast<double>(resident_memory(of.pid())) / bytes_per_mib;
}

/// Events for a target that is down, a thousand in each request; returns events a second.
double fill(const suite_settings& settings, const service& airtrain, std::uint64_t pending) {
  const auto begun = monotonic_us();
  const auto load = run_load(settings.program("bench/bench_load"), airtrain.port(),
                             {"--connections", "8", "--batch", "1000", "--seconds", "900",
                              "--events", std::to_string(pending)});
  return static_cast<double>(load.acknowledged) /
         (static_cast<double>(monotonic_us() - begun) / 1e6);
}

void measure_restart(std::uint64_t wanted, const suite_settings& settings, scenario_result& to) {
  constexpr double ready_s_max = 2;
  constexpr double memory_mib_max = 256;
  const auto pending = settings.scaled(wanted);
  service airtrain(
      settings.program("airtrain"), settings.work,
      http_connector("down", "\"*\"", fmt::format("http://127.0.0.1:{}/", unused_port())));
  airtrain.start();
  to.add("pending", static_cast<double>(pending));
  to.add("fill_per_s", fill(settings, airtrain, pending));
  // At once: as much as ever is in memory and in the newest log file alone.
  to.add("peak_mib", static_cast<double>(peak_memory(airtrain.pid())) / bytes_per_mib,
         gate{gate::kind::at_most, memory_mib_max});
  airtrain.kill();
  to.add("ready_filled_s", airtrain.seconds_to_ready(), gate{gate::kind::at_most, ready_s_max});
  airtrain.wait_until_idle();

  std::vector<double> clean, killed, memory{memory_mib(airtrain)};
  for (int round = 0; round < settings.rounds; ++round) {
    airtrain.stop();
    clean.push_back(airtrain.seconds_to_ready());
    memory.push_back(memory_mib(airtrain));
    airtrain.kill();
    killed.push_back(airtrain.seconds_to_ready());
  }
  if (const auto now = airtrain.backlog("down"); now != pending)
    throw std::runtime_error(fmt::format("of {} pending deliveries {} are left", pending, now));
  to.add("ready_clean_s", clean, gate{gate::kind::at_most, ready_s_max});
  to.add("ready_kill_s", killed, gate{gate::kind::at_most, ready_s_max});
  to.add("rss_mib", memory);
  to.add("disk_mib", static_cast<double>(folder_bytes(airtrain.data())) / bytes_per_mib);
}

scenario restarting(std::string name, std::string summary, std::uint64_t pending) {
  return {std::move(name), "life", std::move(summary),
          [pending](const suite_settings& settings, scenario_result& result) {
            measure_restart(pending, settings, result);
          }};
}

}  // namespace

std::vector<scenario> restart_scenarios() {
  return {
      restarting("restart-1m", "memory, and time to ready, with 1,000,000 pending", 1'000'000),
      restarting("restart-5m", "the same with 5,000,000 pending", 5'000'000),
  };
}

}  // namespace airtrain::bench
