#include <fmt/format.h>

#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"
#include "bench/suite/path.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

/// A backlog on disk that goes out when its connector is resumed.
void measure_drain(bool mapped, const suite_settings& settings, scenario_result& to) {
  const auto count = settings.scaled(250'000);
  const stand_in target(settings.program("bench/bench_sink"), {"--ledger", "no"});
  service airtrain(
      settings.program("airtrain"), settings.work,
      http_connector("target", "staff_schedule_updated",
                     fmt::format("http://127.0.0.1:{}/", target.port()),
                     std::string{mapped ? shift_mapping : ""} + "    concurrency: 256\n"));
  airtrain.start();
  std::vector<double> per_second, cpu, harness_cpu;
  for (int round = 0; round < settings.rounds; ++round) {
    airtrain.post("/v1/connectors/target/pause");
    target.wait_until_quiet();
    target.reset();
    const auto load =
        run_load(settings.program("bench/bench_load"), airtrain.port(),
                 {"--connections", "16", "--batch", "100", "--seconds", "300", "--events",
                  std::to_string(count), "--id-prefix", fmt::format("r{}-", round)});
    airtrain.wait_until_idle();
    const auto cpu_before = airtrain.cpu_us();
    const auto target_before = cpu_time(target.pid());
    const auto begun = monotonic_us();
    airtrain.post("/v1/connectors/target/resume");
    target.wait_for_delivered(load.acknowledged, std::chrono::seconds{120});
    const auto delivered = static_cast<double>(load.acknowledged);
    per_second.push_back(delivered / (static_cast<double>(monotonic_us() - begun) / 1e6));
    cpu.push_back((airtrain.cpu_us() - cpu_before) / delivered);
    harness_cpu.push_back(static_cast<double>((cpu_time(target.pid()) - target_before).count()) /
                          delivered);
  }
  to.add("deliveries_per_s", per_second);
  to.add("cpu_us_delivery", cpu);
  to.add("harness_cpu_us", harness_cpu);
  to.add("peak_mib", static_cast<double>(peak_memory(airtrain.pid())) / (1u << 20));
}

scenario draining(std::string name, std::string summary, bool mapped) {
  return {std::move(name), "halves", std::move(summary),
          [mapped](const suite_settings& settings, scenario_result& result) {
            measure_drain(mapped, settings, result);
          }};
}

}  // namespace

std::vector<scenario> deliver_scenarios() {
  return {
      draining("deliver", "deliver only: a backlog of 250,000 on disk goes out", false),
      draining("deliver-mapped", "the same, each body mapped", true),
  };
}

}  // namespace airtrain::bench
