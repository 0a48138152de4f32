#include <fmt/format.h>
#include <poll.h>

#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/sockets.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

void measure_idle(const suite_settings& settings, scenario_result& to) {
  std::string connectors;
  for (int i = 0; i < 10; ++i)
    connectors += http_connector(fmt::format("target{}", i), "\"*\"",
                                 fmt::format("http://127.0.0.1:{}/", unused_port()));
  service airtrain(settings.program("airtrain"), settings.work, connectors);
  airtrain.seconds_to_ready();
  std::vector<double> memory, cpu;
  for (int round = 0; round < settings.rounds; ++round) {
    const auto before = airtrain.cpu_us();
    const int window_ms = 2000 * settings.seconds;
    poll(nullptr, 0, window_ms);
    cpu.push_back((airtrain.cpu_us() - before) / (window_ms * 1000.0) * 100);
    memory.push_back(static_cast<double>(resident_memory(airtrain.pid())) / (1u << 20));
  }
  to.add("rss_mib", memory, gate{gate::kind::at_most, 60});
  to.add("idle_cpu_percent", cpu, gate{gate::kind::at_most, 1});
}

}  // namespace

std::vector<scenario> idle_scenarios() {
  return {{"idle", "life", "ten connectors and nothing to do", measure_idle}};
}

}  // namespace airtrain::bench
