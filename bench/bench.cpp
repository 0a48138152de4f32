// Runs the bench scenarios and prints the table; --json FILE writes the figures too.

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>

#include "bench/harness/options.hpp"
#include "bench/rounds.hpp"

int main(int argc, char** argv) {
  using namespace airtrain::bench;
  const airtrain::harness::options given(argc, argv,
                                         {{"programs", "build/release"},
                                          {"work", "build/bench"},
                                          {"scenario", ""},
                                          {"rounds", "4"},
                                          {"seconds", "4"},
                                          {"json", ""}});
  const std::vector<scenario> scenarios{
      {"single-64", 64, 1, false},         {"single-256", 256, 1, false},
      {"single-256-mapped", 256, 1, true}, {"batch-100", 16, 100, false},
      {"batch-100-mapped", 16, 100, true},
  };
  try {
    const bench_settings settings{
        .programs = std::filesystem::absolute(given.text("programs")),
        .work = std::filesystem::absolute(given.text("work")),
        .rounds = static_cast<int>(given.number("rounds")),
        .seconds = static_cast<int>(given.number("seconds")),
    };
    const auto fsync_us = fsync_p50_us(settings.work);
    std::vector<scenario_figures> all;
    for (const auto& each : scenarios) {
      if (!given.text("scenario").empty() && given.text("scenario") != each.name) continue;
      fmt::print(stderr, "{}: {} rounds of {} s ...\n", each.name, settings.rounds,
                 settings.seconds);
      all.push_back(run(each, settings));
    }
    fmt::print("{}", table(all, fsync_us));
    if (!given.text("json").empty()) std::ofstream(given.text("json")) << json(all, fsync_us);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 1;
  }
}
