#include <fmt/format.h>
#include <sys/utsname.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "bench/suite/report.hpp"

namespace airtrain::bench {
namespace {

using json = nlohmann::ordered_json;

json to_json(const figure& of) {
  json made{{"key", of.key}, {"value", of.value()}, {"samples", of.samples}};
  if (!of.of.empty()) made["of"] = of.of;
  if (of.must) {
    made["gate"] = {
        {of.must->what == gate::kind::at_least ? "at_least" : "at_most", of.must->bound}};
    made["met"] = of.met();
  }
  return made;
}

json to_json(const scenario_result& of) {
  json made{{"name", of.name},
            {"group", of.group},
            {"summary", of.summary},
            {"seconds", of.seconds},
            {"fsync_us", of.fsync_us}};
  for (const auto& each : of.figures) made["figures"].push_back(to_json(each));
  for (const auto& each : of.curves)
    made["curves"].push_back({{"name", each.name}, {"points", each.points}});
  if (!of.notes.empty()) made["notes"] = of.notes;
  return made;
}

figure figure_from(const json& from) {
  figure made{from.at("key"), from.value("of", ""), from.at("samples"), {}};
  if (!from.contains("gate")) return made;
  const auto& bound = from.at("gate");
  const bool least = bound.contains("at_least");
  made.must = gate{least ? gate::kind::at_least : gate::kind::at_most,
                   bound.at(least ? "at_least" : "at_most")};
  return made;
}

scenario_result result_from(const json& from) {
  scenario_result made;
  made.name = from.at("name");
  made.group = from.at("group");
  made.summary = from.at("summary");
  made.seconds = from.at("seconds");
  made.fsync_us = from.at("fsync_us");
  for (const auto& each : from.value("figures", json::array()))
    made.figures.push_back(figure_from(each));
  return made;
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

}  // namespace

std::string machine_in_words() {
  utsname system{};
  uname(&system);
  return fmt::format("{} cores of {}, {} {}", std::thread::hardware_concurrency(), processor(),
                     system.sysname, system.release);
}

std::string json_of(const suite_report& report) {
  json made{{"label", report.label},   {"when", report.when},       {"machine", report.machine},
            {"rounds", report.rounds}, {"seconds", report.seconds}, {"quick", report.quick}};
  for (const auto& each : report.results) made["results"].push_back(to_json(each));
  return made.dump(1) + "\n";
}

suite_report read_report(const std::filesystem::path& file) {
  std::ifstream in(file);
  try {
    const auto from = json::parse(in);
    suite_report made;
    made.label = from.at("label");
    made.when = from.at("when");
    made.machine = from.at("machine");
    made.rounds = from.at("rounds");
    made.seconds = from.at("seconds");
    made.quick = from.at("quick");
    for (const auto& each : from.value("results", json::array()))
      made.results.push_back(result_from(each));
    return made;
  } catch (const json::exception& error) {
    throw std::runtime_error(fmt::format("{} is no report: {}", file.string(), error.what()));
  }
}

}  // namespace airtrain::bench
