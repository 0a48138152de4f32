#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench/harness/statistics.hpp"
#include "bench/suite/report.hpp"

namespace airtrain::bench {
namespace {

/// The columns that some result of the group fills, in the order of all columns.
std::vector<const column*> columns_in(const std::vector<const scenario_result*>& group) {
  std::vector<const column*> used;
  for (const auto& each : columns())
    if (std::ranges::any_of(group, [&](const auto* result) {
          return std::ranges::find(result->figures, each.key, &figure::key) !=
                 result->figures.end();
        }))
      used.push_back(&each);
  return used;
}

std::string row(const scenario_result& result, const std::string& part,
                const std::vector<const column*>& used) {
  auto text = fmt::format("| {}{} |", result.name, part.empty() ? "" : ": " + part);
  for (const auto* each : used) {
    const auto* found = result.find(each->key, part);
    text += found == nullptr ? " |" : fmt::format(" {:.{}f} |", found->value(), each->digits);
  }
  return text + "\n";
}

std::string table(const std::vector<const scenario_result*>& group) {
  const auto used = columns_in(group);
  std::string text = "| scenario |";
  std::string rule = "|---|";
  for (const auto* each : used) {
    text += fmt::format(" {} |", each->heading);
    rule += "--:|";
  }
  text += "\n" + rule + "\n";
  for (const auto* result : group)
    for (const auto& part : result->parts()) text += row(*result, part, used);
  return text;
}

std::string gates(const suite_report& report) {
  std::string rows;
  for (const auto& result : report.results)
    for (const auto& each : result.figures) {
      if (!each.must) continue;
      const auto& about = column_of(each.key);
      rows += fmt::format("| {} | {} | {:.{}f} | {} {:g} | {} |\n", result.name, about.heading,
                          each.value(), about.digits,
                          each.must->what == gate::kind::at_least ? "at least" : "at most",
                          each.must->bound, each.met() ? "met" : "**missed**");
    }
  if (rows.empty()) return {};
  return "\n| gate of | figure | measured | bound | |\n|---|---|--:|---|---|\n" + rows;
}

std::string legend(const suite_report& report) {
  std::vector<const scenario_result*> all;
  for (const auto& result : report.results) all.push_back(&result);
  std::string text = "\n";
  for (const auto* each : columns_in(all))
    text += fmt::format("- **{}**: {}.\n", each->heading, each->meaning);
  return text;
}

}  // namespace

std::string markdown_of(const suite_report& report) {
  auto text = fmt::format(
      "Medians of {} rounds of {} s{}, {}. {}; fsync p50 {:.0f} us (4 KiB append + fdatasync).\n",
      report.rounds, report.seconds,
      report.quick ? " (--quick: short runs, a fiftieth of the backlogs)" : "", report.when,
      report.machine, fsync_us_of(report));
  std::set<std::string> done;
  for (const auto& first : report.results) {
    if (!done.insert(first.group).second) continue;
    std::vector<const scenario_result*> group;
    for (const auto& each : report.results)
      if (each.group == first.group) group.push_back(&each);
    text += "\n" + table(group);
  }
  text += gates(report) + legend(report);
  for (const auto& result : report.results) {
    text += fmt::format("- `{}`: {} ({:.0f} s; fsync p50 {} us).\n", result.name, result.summary,
                        result.seconds, result.fsync_us);
    for (const auto& note : result.notes) text += fmt::format("  {}.\n", note);
  }
  return text;
}

double fsync_us_of(const suite_report& report) {
  std::vector<double> all;
  for (const auto& result : report.results) all.push_back(static_cast<double>(result.fsync_us));
  return harness::median(std::move(all));
}

bool all_gates_met(const suite_report& report) {
  return std::ranges::all_of(report.results, [](const scenario_result& result) {
    return std::ranges::all_of(result.figures, &figure::met);
  });
}

}  // namespace airtrain::bench
