#include <fmt/format.h>

#include "bench/harness/statistics.hpp"
#include "bench/suite/fan_out.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

constexpr int deliveries = 3;

/// `count` types, `count` connectors, each for three types: an event goes to three of them.
std::string connectors(int count, std::uint16_t target, int concurrency) {
  std::string yaml;
  for (int i = 0; i < count; ++i) {
    std::string types;
    for (int k = 0; k < deliveries; ++k)
      types += fmt::format("{}t_{}", k == 0 ? "" : ", ", (i + k) % count);
    yaml +=
        http_connector(fmt::format("c{}", i), types, fmt::format("http://127.0.0.1:{}/", target),
                       fmt::format("    concurrency: {}\n", concurrency));
  }
  return yaml;
}

/// The same load, but for the number of types, in two services.
void measure_many_connectors(const suite_settings& settings, scenario_result& to) {
  constexpr double least = 0.8;
  const int many = settings.quick ? 200 : 1000;
  const stand_in target(settings.program("bench/bench_sink"), {"--ledger", "no"});
  service ten(settings.program("airtrain"), settings.work / "ten",
              connectors(10, target.port(), 32));
  service thousand(settings.program("airtrain"), settings.work / "many",
                   connectors(many, target.port(), 4));
  ten.start();
  thousand.start();
  const auto name = fmt::format("{} connectors", many);
  const auto all = measure_fan_out(
      {{"ten connectors", &ten, &target, deliveries, nullptr, {"--types", "10"}},
       {name, &thousand, &target, deliveries, nullptr, {"--types", std::to_string(many)}}},
      {"--type", "t", "--connections", "64"}, settings, to);
  to.add("of_ten", paired_ratios(all[1].per_second, all[0].per_second),
         gate{gate::kind::at_least, least}, name);
  to.add("cpu_of_ten", paired_ratios(all[1].cpu_us, all[0].cpu_us), {}, name);
}

}  // namespace

std::vector<scenario> many_connectors_scenarios() {
  return {{"many-connectors", "scale",
           "1,000 connectors, each event for three of them, against ten with as many deliveries",
           measure_many_connectors}};
}

}  // namespace airtrain::bench
