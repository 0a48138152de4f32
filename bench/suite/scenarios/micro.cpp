#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "bench/harness/process.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

/// One line of bench_micro: the name, a tab, and a number for each round.
void take_line(const std::string& line, scenario_result& to) {
  const auto tab = line.find('\t');
  if (tab == line.npos) throw std::runtime_error("bench_micro said: " + line);
  std::vector<double> samples;
  for (auto at = tab; at != line.npos; at = line.find('\t', at + 1))
    samples.push_back(std::stod(line.substr(at + 1)));
  to.add("ns", samples, {}, line.substr(0, tab));
}

void measure(const std::string& floor, const suite_settings& settings, scenario_result& to) {
  process micro({settings.program("bench/bench_micro"), "--floor", floor, "--rounds",
                 std::to_string(settings.rounds), "--ms", settings.quick ? "20" : "200", "--work",
                 settings.work.string()});
  while (const auto line = micro.read_line(std::chrono::seconds{60})) take_line(*line, to);
  if (micro.wait(std::chrono::seconds{10}) != 0) throw std::runtime_error("bench_micro failed");
}

scenario one(const std::string& floor, std::string summary) {
  return {"micro-" + floor, "micro", std::move(summary),
          [floor](const suite_settings& settings, scenario_result& result) {
            measure(floor, settings, result);
          }};
}

}  // namespace

std::vector<scenario> micro_scenarios() {
  return {
      one("parser", "single calls: HTTP heads, answers, events"),
      one("mapping", "single calls: expressions and templates over one event"),
      one("core", "single calls: routing, and what a supervisor decides for each delivery"),
      one("store", "the embedded store alone, in one process: commits with their fdatasync"),
  };
}

}  // namespace airtrain::bench
