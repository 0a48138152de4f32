#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <stdexcept>

#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

constexpr int target_rate = 8000;  ///< what the target allows
constexpr std::uint64_t probes = 3;

struct sight {
  std::uint64_t us;
  std::uint64_t delivered;
};

/// What the target had, every few milliseconds, from its return to the last delivery.
std::vector<sight> watch(const stand_in& target, std::uint64_t wanted) {
  std::vector<sight> seen;
  const auto begun = monotonic_us();
  do {
    seen.push_back({monotonic_us() - begun, target.stat("delivered")});
    if (seen.back().us > 300'000'000) throw std::runtime_error("it does not recover");
    poll(nullptr, 0, 2);
  } while (seen.back().delivered < wanted);
  return seen;
}

double busiest_second(const std::vector<sight>& seen) {
  std::uint64_t most = 0;
  for (std::size_t first = 0, last = 0; last < seen.size(); ++last) {
    while (seen[last].us - seen[first].us > 1'000'000) ++first;
    most = std::max(most, seen[last].delivered - seen[first].delivered);
  }
  return static_cast<double>(most);
}

std::uint64_t longest_gap_us(const std::vector<sight>& seen) {
  std::uint64_t longest = 0;
  auto moved = seen.front();
  for (const auto& now : seen) {
    if (now.delivered == moved.delivered) continue;
    longest = std::max(longest, now.us - moved.us);
    moved = now;
  }
  return longest;
}

curve rate_over_time(const std::vector<sight>& seen) {
  constexpr std::uint64_t step_us = 250'000;
  curve made{"deliveries/s", {}};
  auto from = seen.front();
  for (const auto& now : seen) {
    if (now.us - from.us < step_us) continue;
    const auto seconds = static_cast<double>(now.us - from.us) / 1e6;
    made.points.emplace_back(static_cast<double>(now.us) / 1e6,
                             static_cast<double>(now.delivered - from.delivered) / seconds);
    from = now;
  }
  return made;
}

void measure_recovery(const suite_settings& settings, scenario_result& to) {
  // Its token bucket holds a tenth of a second.
  constexpr double burst_max = 1.15;
  constexpr double gap_ms_max = 500;
  const auto waiting = settings.quick ? 16'000ul : 100'000ul;
  const stand_in target(settings.program("bench/bench_sink"), {"--mode", "fail", "--ledger", "no"});
  service airtrain(
      settings.program("airtrain"), settings.work,
      http_connector("target", "\"*\"", fmt::format("http://127.0.0.1:{}/", target.port()),
                     fmt::format("    concurrency: 32\n    rate_limit: {}/s\n"
                                 "    breaker: {{ open: 1s, open_max: 1s }}\n",
                                 target_rate)));
  airtrain.start();
  run_load(settings.program("bench/bench_load"), airtrain.port(),
           {"--batch", "100", "--connections", "4", "--seconds", "120", "--events",
            std::to_string(waiting)});
  target.reset();
  target.become("ok");
  const auto all = watch(target, waiting);
  const auto closed =
      std::ranges::find_if(all, [](const sight& s) { return s.delivered > probes; });
  const std::vector<sight> open_again(closed, all.end());
  to.add("pending", static_cast<double>(waiting));
  to.add("back_s", static_cast<double>(all.back().us) / 1e6);
  to.add("until_closed_s", static_cast<double>(closed->us) / 1e6);
  to.add("burst", busiest_second(open_again) / target_rate, gate{gate::kind::at_most, burst_max});
  to.add("gap_ms", static_cast<double>(longest_gap_us(open_again)) / 1000,
         gate{gate::kind::at_most, gap_ms_max});
  to.curves.push_back(rate_over_time(all));
}

}  // namespace

std::vector<scenario> recovery_scenarios() {
  return {{"recovery", "life",
           "100,000 that waited for a target with a limit of 8,000/s go out once it is back",
           measure_recovery}};
}

}  // namespace airtrain::bench
