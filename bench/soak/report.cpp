#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/soak/soak.hpp"

namespace airtrain::bench {

std::string json_of(const soak_result& result, const soak_settings& settings) {
  using json = nlohmann::ordered_json;
  json made{{"seconds", settings.seconds},
            {"events_per_second", result.rate},
            {"events", result.events},
            {"lost", result.lost},
            {"duplicates", result.duplicates},
            {"restarts", result.restarts},
            {"faults", result.faults.size()},
            {"drained_seconds", result.drained_seconds},
            {"good", result.good()}};
  for (const auto& of : result.all) {
    const auto how = judge(of);
    made["series"].push_back({{"name", of.name},
                              {"unit", of.unit},
                              {"flat", how.flat},
                              {"median", how.median},
                              {"highest", how.highest},
                              {"growth", how.growth},
                              {"growth_allowed", how.allowed},
                              {"seconds", of.seconds},
                              {"values", of.values}});
  }
  for (const auto& each : result.faults)
    made["injected"].push_back({{"what", each.label}, {"from", each.from}, {"to", each.to}});
  return made.dump(1) + "\n";
}

std::string words_of(const soak_result& result) {
  auto text = fmt::format(
      "{} events at {}/s to three targets, {} faults, {} restarts: {} lost, {} delivered again;\n"
      "all delivered {:.1f} s after the last was taken.\n\n"
      "| | median | highest | growth after warm-up | allowed | |\n|---|--:|--:|--:|--:|---|\n",
      result.events, result.rate, result.faults.size(), result.restarts, result.lost,
      result.duplicates, result.drained_seconds);
  for (const auto& of : result.all) {
    const auto how = judge(of);
    text += fmt::format("| {}{}{} | {:.1f} | {:.1f} | {:+.1f} | {:.1f} | {} |\n", of.name,
                        of.unit.empty() ? "" : ", ", of.unit, how.median, how.highest, how.growth,
                        how.allowed, how.flat ? "flat" : "**grows**");
  }
  return text +
         "\nThe first quarter is warm-up. Growth: the median slope between all pairs of later "
         "samples\n(Theil-Sen) over the rest of the run.\n";
}

std::string svg_of(const soak_result& result) {
  std::vector<harness::line_chart> charts;
  for (const auto& of : result.all) {
    harness::line line{of.unit.empty() ? of.name : of.unit, {}};
    for (std::size_t i = 0; i < of.seconds.size(); ++i)
      line.points.emplace_back(of.seconds[i], of.values[i]);
    charts.push_back({of.name, "seconds; shaded: a fault", {std::move(line)}, result.faults});
  }
  return harness::svg_of(charts);
}

}  // namespace airtrain::bench
