#include <fmt/format.h>

#include "bench/harness/load_run.hpp"
#include "bench/harness/sockets.hpp"
#include "bench/harness/statistics.hpp"
#include "bench/suite/fan_out.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

constexpr std::uint64_t healthy = 9;

std::string connectors(std::uint16_t target, std::optional<std::uint16_t> tenth) {
  std::string yaml;
  for (std::uint64_t i = 0; i < healthy; ++i)
    yaml += http_connector(fmt::format("healthy{}", i), "busy",
                           fmt::format("http://127.0.0.1:{}/", target), "    concurrency: 32\n");
  if (tenth)
    yaml += http_connector("tenth", "busy, waits", fmt::format("http://127.0.0.1:{}/", *tenth),
                           "    concurrency: 32\n");
  return yaml;
}

/// Ten connectors that want each event. In one service the tenth is dead, with a backlog before the
/// measurement, and more of it during it.
void measure_dead_neighbour(const suite_settings& settings, scenario_result& to) {
  const auto pending = settings.scaled(1'000'000);
  const stand_in target(settings.program("bench/bench_sink"), {"--ledger", "no"});
  const stand_in tenth(settings.program("bench/bench_sink"), {"--ledger", "no"});
  const auto made = [&](const char* folder, std::optional<std::uint16_t> port) {
    return service(settings.program("airtrain"), settings.work / folder,
                   connectors(target.port(), port));
  };
  auto alive = made("alive", tenth.port());
  auto nine = made("nine", std::nullopt);
  auto dead = made("dead", unused_port());
  for (auto* each : {&alive, &nine, &dead}) each->start();
  run_load(settings.program("bench/bench_load"), dead.port(),
           {"--type", "waits", "--connections", "8", "--batch", "1000", "--seconds", "300",
            "--events", std::to_string(pending), "--id-prefix", "w"});
  dead.wait_until_idle();

  const auto all = measure_fan_out({{"none dead", &alive, &target, healthy, &tenth},
                                    {"nine alone", &nine, &target, healthy},
                                    {"one dead", &dead, &target, healthy}},
                                   {"--type", "busy", "--connections", "64"}, settings, to);
  constexpr double throughput_min = 0.95;
  to.add("pending", static_cast<double>(dead.backlog("tenth")), {}, "one dead");
  to.add("of_alive", paired_ratios(all[2].per_second, all[0].per_second),
         gate{gate::kind::at_least, throughput_min}, "one dead");
  to.add("of_nine", paired_ratios(all[2].per_second, all[1].per_second), {}, "one dead");
  to.add("cpu_of_alive", paired_ratios(all[2].cpu_us, all[0].cpu_us), {}, "one dead");
  to.add("cpu_of_nine", paired_ratios(all[2].cpu_us, all[1].cpu_us), {}, "one dead");
  to.add("p99_of_alive", paired_ratios(all[2].p99_ms, all[0].p99_ms), {}, "one dead");
  to.notes.push_back(
      "the dead connector's share of the work is gone, so `of nine alone` is the stricter figure");
}

}  // namespace

std::vector<scenario> dead_neighbour_scenarios() {
  return {{"dead-neighbour", "scale",
           "one of ten connectors dead with 1,000,000 pending, against none dead",
           measure_dead_neighbour}};
}

}  // namespace airtrain::bench
