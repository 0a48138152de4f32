#include <fmt/format.h>

#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/sockets.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

struct intake {
  int connections = 256;
  int batch = 1;
};

/// Events that are taken and routed while their connector is paused.
void measure_intake(const intake& what, const suite_settings& settings, scenario_result& to) {
  service airtrain(settings.program("airtrain"), settings.work,
                   http_connector("target", "staff_schedule_updated",
                                  fmt::format("http://127.0.0.1:{}/", unused_port())));
  airtrain.start();
  airtrain.post("/v1/connectors/target/pause");

  int number = 0;
  const auto once = [&](int seconds, double rate) {
    return run_load(settings.program("bench/bench_load"), airtrain.port(),
                    {"--connections", std::to_string(what.connections), "--batch",
                     std::to_string(what.batch), "--seconds", std::to_string(seconds), "--rate",
                     fmt::format("{:.0f}", rate), "--id-prefix", fmt::format("r{}-", ++number)});
  };
  once(1, 0);
  std::vector<double> per_second, cpu, harness_cpu, p50, p99;
  double half = 0;
  for (int round = 0; round < settings.rounds; ++round) {
    const auto before = airtrain.cpu_us();
    const auto load = once(settings.seconds, 0);
    const auto count = static_cast<double>(load.acknowledged);
    per_second.push_back(count / settings.seconds);
    cpu.push_back((airtrain.cpu_us() - before) / count);
    harness_cpu.push_back(load.cpu_us / count);
    if (round == 0) half = per_second[0] / 2;
    const auto timed = once(settings.seconds, half);
    p50.push_back(static_cast<double>(timed.p50_us) / 1000);
    p99.push_back(static_cast<double>(timed.p99_us) / 1000);
  }
  to.add("events_per_s", per_second);
  to.add("cpu_us", cpu);
  to.add("harness_cpu_us", harness_cpu);
  to.add("half_rate", half);
  to.add("ack_p50_ms", p50);
  to.add("ack_p99_ms", p99);
  to.add("peak_mib", static_cast<double>(peak_memory(airtrain.pid())) / (1u << 20));
}

scenario taking(std::string name, std::string summary, const intake& what) {
  return {std::move(name), "halves", std::move(summary),
          [what](const suite_settings& settings, scenario_result& result) {
            measure_intake(what, settings, result);
          }};
}

}  // namespace

std::vector<scenario> ingest_scenarios() {
  return {
      taking("ingest-256", "ingest only (the connector is paused), one by one, 256 connections",
             {}),
      taking("ingest-batch-100", "ingest only, 100 events in a request, 16 connections",
             {.connections = 16, .batch = 100}),
  };
}

}  // namespace airtrain::bench
