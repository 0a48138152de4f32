// What adaptive concurrency delivers beside fixed ones while the target's capacity changes.

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <fstream>

#include "bench/adaptive/adaptive.hpp"
#include "bench/harness/options.hpp"

namespace {

using namespace airtrain::bench;

double ms(std::uint64_t us) {
  return static_cast<double>(us) / 1000;
}

void print(const std::string& mode, const std::vector<setting_figures>& all) {
  fmt::print(
      "\ntargets that {}\n{:<10} {:>8} {:>9} {:>7} {:>8} {:>7} {:>5} {:>9} {:>9} {:>6} {:>6}\n",
      mode == "queue"    ? "queue what is above their capacity"
      : mode == "refuse" ? "answer 429 above their capacity"
                         : "degrade above their capacity",
      "setting", "capacity", "goodput/s", "ideal", "adapted", "excess", "peak", "p50 ms", "p99 ms",
      "429s", "limit");
  for (const auto& one : all)
    for (const auto& phase : one.phases)
      fmt::print(
          "{:<10} {:>8} {:>9.1f} {:>6.0f}% {:>8} {:>7.1f} {:>5} {:>9.1f} {:>9.1f} {:>6} {:>6}\n",
          one.name, phase.capacity, phase.goodput, 100 * phase.goodput / phase.ideal,
          phase.adapted_after ? fmt::format("{:.1f} s", *phase.adapted_after) : "never",
          phase.excess, phase.peak, ms(phase.p50_us), ms(phase.p99_us), phase.refused, phase.limit);
  const auto by_goodput = [](const auto& a, const auto& b) { return a.goodput() < b.goodput(); };
  const auto best = std::max_element(all.begin(), all.end() - 1, by_goodput);
  fmt::print("over all phases: adaptive {:.1f}/s, best fixed ({}) {:.1f}/s: {:.2f}\n",
             all.back().goodput(), best->name, best->goodput(),
             all.back().goodput() / best->goodput());
}

std::string json_of(const std::string& mode, const setting_figures& one) {
  std::string text;
  for (const auto& phase : one.phases)
    text += fmt::format(
        R"({}{{"mode":"{}","setting":"{}","capacity":{},"ideal_per_second":{:.1f},)"
        R"("goodput_per_second":{:.1f},"adapted_after_seconds":{},"excess_mean":{:.2f},"peak":{},)"
        R"("p50_us":{},"p99_us":{},"refused":{},"limit":{}}})",
        text.empty() ? "" : ",\n", mode, one.name, phase.capacity, phase.ideal, phase.goodput,
        phase.adapted_after ? fmt::format("{:.2f}", *phase.adapted_after) : "null", phase.excess,
        phase.peak, phase.p50_us, phase.p99_us, phase.refused, phase.limit);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const airtrain::harness::options given(argc, argv,
                                         {{"programs", "build/release"},
                                          {"work", "build/bench-adaptive"},
                                          {"json", "build/bench-adaptive.json"},
                                          {"seconds", "15"},
                                          {"service-ms", "50"},
                                          {"mode", "all"}});
  adaptive_settings settings;
  settings.programs = std::filesystem::absolute(given.text("programs"));
  settings.work = std::filesystem::absolute(given.text("work"));
  settings.seconds = static_cast<int>(given.number("seconds"));
  settings.service_ms = static_cast<int>(given.number("service-ms"));
  try {
    fmt::print(
        "capacity 8, then 2, then 12 at once, {} ms each; {} s a phase; all settings at the "
        "same time,\neach with a target of its own\n",
        settings.service_ms, settings.seconds);
    std::string json;
    for (const std::string mode : {"queue", "degrade", "refuse"}) {
      if (given.text("mode") != "all" && given.text("mode") != mode) continue;
      const auto all = measure_adaptive(settings, mode);
      print(mode, all);
      std::fflush(stdout);
      for (const auto& one : all) json += (json.empty() ? "" : ",\n") + json_of(mode, one);
    }
    fmt::print(
        "\nadapted: until for a second goodput is 90 % of the ideal with at most 1.5 times the "
        "capacity (and 1)\nat the target. excess: requests above the capacity at the target, mean. "
        "p50, p99: latency at the\ntarget. limit: the connector's, at the end of the phase.\n");
    std::ofstream(given.text("json")) << "[" << json << "]\n";
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 1;
  }
}
