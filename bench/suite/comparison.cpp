#include <fmt/format.h>

#include <algorithm>

#include "bench/harness/statistics.hpp"
#include "bench/suite/report.hpp"

namespace airtrain::bench {
using namespace harness;

namespace {

/// The paired figure that says the same without what the machine did meanwhile; empty: none.
std::string_view paired_with(std::string_view key) {
  if (key == "events_per_s") return "ratio";
  if (key == "cpu_us") return "cpu_ratio";
  return {};
}

const char* judged(const scenario_result& of, const figure& before, const figure& after) {
  if (of.find(paired_with(after.key), after.of) != nullptr) return "see the ratio";
  const auto how = compare(before.samples, after.samples);
  const auto good = column_of(after.key).which;
  if (before.samples.size() < 2 || after.samples.size() < 2) return "one sample: unknown";
  if (how == change::within_the_noise) return "within the noise";
  if (good == better::neither) return how == change::up ? "higher" : "lower";
  return (how == change::up) == (good == better::higher) ? "**better**" : "**worse**";
}

std::string row(const scenario_result& of, const figure& before, const figure& after) {
  const auto& about = column_of(after.key);
  const double was = before.value();
  const double is = after.value();
  const auto share = was == 0 ? std::string{} : fmt::format("{:+.1f} %", (is / was - 1) * 100);
  return fmt::format("| {}{} | {} | {:.{}f} | {:.{}f} | {} | {} |\n", of.name,
                     after.of.empty() ? "" : ": " + after.of, about.heading, was, about.digits, is,
                     about.digits, share, judged(of, before, after));
}

}  // namespace

std::string comparison_of(const suite_report& before, const suite_report& after) {
  auto text = fmt::format(
      "Against {} ({}; fsync p50 {:.0f} us then, {:.0f} us now). Ratios are paired with nginx or "
      "another "
      "contender\nwithin the run, so they compare runs of different hours; other figures also show "
      "how busy the machine\nwas. Beyond the noise: every round of one run lies on the same side "
      "of "
      "every round of the other, and\nthe medians differ by 2 % or more.\n\n"
      "| scenario | figure | before | after | change | |\n|---|---|--:|--:|--:|---|\n",
      before.label, before.when, fsync_us_of(before), fsync_us_of(after));
  if (before.quick != after.quick)
    text.insert(0, "One of the two runs is --quick: their backlogs differ.\n");
  for (const auto& result : after.results) {
    const auto earlier = std::ranges::find(before.results, result.name, &scenario_result::name);
    if (earlier == before.results.end()) continue;
    for (const auto& each : result.figures)
      if (const auto* was = earlier->find(each.key, each.of)) text += row(result, *was, each);
  }
  return text;
}

}  // namespace airtrain::bench
