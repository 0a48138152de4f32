#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "bench/harness/plot.hpp"
#include "bench/suite/report.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

/// A group for each result part that has all of these figures.
bar_chart bars(const suite_report& report, std::string title, const std::vector<std::string>& keys,
               bool logarithmic) {
  bar_chart chart{std::move(title), {}, {}, logarithmic};
  for (const auto& key : keys) chart.series.emplace_back(column_of(key).heading);
  for (const auto& result : report.results)
    for (const auto& part : result.parts()) {
      bar_group group{part.empty() ? result.name : part, {}};
      for (const auto& key : keys)
        if (const auto* found = result.find(key, part)) group.values.push_back(found->value());
      if (group.values.size() == keys.size()) chart.groups.push_back(std::move(group));
    }
  return chart;
}

}  // namespace

std::vector<std::string> write_plots(const suite_report& report,
                                     const std::filesystem::path& folder) {
  std::vector<std::string> files;
  const auto write = [&](const std::string& name, const std::string& svg) {
    std::ofstream out(folder / name);
    out << svg;
    if (!out.flush()) throw std::runtime_error("cannot write " + (folder / name).string());
    files.push_back(name);
  };
  const auto write_bars = [&](const std::string& name, const bar_chart& chart) {
    if (!chart.groups.empty()) write(name, svg_of(chart));
  };
  write_bars("throughput.svg", bars(report, "durable through airtrain, not durable through nginx",
                                    {"events_per_s", "nginx_per_s"}, false));
  write_bars("cpu.svg",
             bars(report, "CPU time for each event, us", {"cpu_us", "nginx_cpu_us"}, false));
  write_bars("latency.svg", bars(report, "due to arrival at half of the throughput, ms",
                                 {"p50_ms", "p99_ms", "p999_ms"}, true));
  write_bars("fan-out.svg", bars(report, "deliveries a second", {"deliveries_per_s"}, false));
  for (const auto& result : report.results) {
    if (result.curves.empty()) continue;
    std::vector<line_chart> charts;
    for (const auto& each : result.curves)
      charts.push_back({fmt::format("{}: {}", result.name, each.name),
                        "seconds",
                        {{each.name, each.points}},
                        {}});
    write(result.name + ".svg", svg_of(charts));
  }
  return files;
}

}  // namespace airtrain::bench
