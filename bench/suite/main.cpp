// The bench suite: runs scenarios and leaves report.md, report.json and plots in a folder.
// Exit status: 0, 1 when something was lost or failed, 3 when only a gate was missed.

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>

#include "bench/harness/histogram.hpp"
#include "bench/harness/options.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/suite/report.hpp"
#include "bench/suite/scenario.hpp"

namespace {

using namespace airtrain::bench;
using namespace airtrain::harness;

constexpr int gate_missed = 3;

/// What was asked for: names, or their beginnings; nothing means all.
std::vector<const scenario*> chosen(const std::vector<std::string>& wanted) {
  std::vector<const scenario*> all;
  for (const auto& each : all_scenarios()) {
    const auto asked = [&](const std::string& word) { return each.name.starts_with(word); };
    if (wanted.empty() || std::ranges::any_of(wanted, asked)) all.push_back(&each);
  }
  for (const auto& word : wanted)
    if (std::ranges::none_of(all, [&](const auto* s) { return s->name.starts_with(word); }))
      throw std::runtime_error("no such scenario: " + word + " (--list shows them)");
  return all;
}

void list() {
  for (const auto& each : all_scenarios()) fmt::print("{:<18} {}\n", each.name, each.summary);
}

scenario_result measured(const scenario& what, const suite_settings& settings) {
  fmt::print(stderr, "{}: {} ...\n", what.name, what.summary);
  std::filesystem::remove_all(settings.work);
  std::filesystem::create_directories(settings.work);
  scenario_result result;
  result.name = what.name;
  result.group = what.group;
  result.summary = what.summary;
  result.fsync_us = fsync_p50_us(settings.work);
  const auto begun = monotonic_us();
  what.run(settings, result);
  result.seconds = static_cast<double>(monotonic_us() - begun) / 1e6;
  std::filesystem::remove_all(settings.work);
  return result;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

int run(const options& given) {
  const bool quick = given.on("quick");
  const auto number = [&](const char* name, int usual, int short_one) {
    return given.text(name).empty() ? quick ? short_one : usual
                                    : static_cast<int>(given.number(name));
  };
  const suite_settings settings{
      .programs = std::filesystem::absolute(given.text("programs")),
      .work = std::filesystem::absolute(given.text("work")),
      .rounds = number("rounds", 4, 2),
      .seconds = number("seconds", 3, 1),
      .quick = quick,
  };
  const std::filesystem::path out = given.text("out");
  std::filesystem::create_directories(out);
  const auto all = chosen(given.rest());
  suite_report report{.label = given.text("label"),
                      .when = fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr))),
                      .machine = machine_in_words(),
                      .rounds = settings.rounds,
                      .seconds = settings.seconds,
                      .quick = quick,
                      .results = {}};
  for (const auto* each : all) {
    report.results.push_back(measured(*each, settings));
    // After each scenario, so that a long run which fails leaves what it has.
    write_file(out / "report.json", json_of(report));
  }
  auto text = markdown_of(report);
  if (!given.text("against").empty())
    text += "\n" + comparison_of(read_report(given.text("against")), report);
  write_file(out / "report.md", text);
  fmt::print("{}", text);
  std::string written = "report.md, report.json";
  for (const auto& file : write_plots(report, out)) written += ", " + file;
  fmt::print(stderr, "\nin {}: {}\n", out.string(), written);
  return all_gates_met(report) ? 0 : gate_missed;
}

}  // namespace

int main(int argc, char** argv) {
  const options given(argc, argv,
                      {{"programs", "build/release"},
                       {"work", "build/bench-work"},
                       {"out", "build/bench"},
                       {"rounds", ""},
                       {"seconds", ""},
                       {"label", "this build"},
                       {"against", ""}},
                      {"list", "quick"}, "[SCENARIO...]");
  try {
    if (!given.on("list")) return run(given);
    list();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 1;
  }
}
