// What sick neighbours cost a healthy connector, and how a target that was down is caught up with.
// Exit status 1 when a gate is missed.

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "bench/harness/options.hpp"
#include "bench/isolation.hpp"

namespace {

using namespace airtrain::bench;

constexpr double ratio_max = 2.0;
constexpr double burst_max = 1.15;  // of the rate limit in any second: its bucket holds 0.1 s
constexpr std::uint64_t gap_ms_max = 500;

double MiB(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1u << 20);
}

bool report(const std::vector<round_figures>& rounds) {
  fmt::print("{:<8} {:>10} {:>10} {:>10} {:>10} {:>7} {:>16} {:>16}\n", "round", "alone p50",
             "alone p99", "sick p50", "sick p99", "ratio", "alone MiB", "sick MiB");
  std::vector<double> ratios;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    const auto& [alone, beside] = rounds[i];
    ratios.push_back(static_cast<double>(beside.p99_us) / static_cast<double>(alone.p99_us));
    fmt::print(
        "{:<8} {:>10} {:>10} {:>10} {:>10} {:>7.2f} {:>7.0f} -> {:>5.0f} {:>7.0f} -> {:>5.0f}\n",
        i + 1, alone.p50_us, alone.p99_us, beside.p50_us, beside.p99_us, ratios.back(),
        MiB(alone.memory_before), MiB(alone.memory_after), MiB(beside.memory_before),
        MiB(beside.memory_after));
  }
  std::sort(ratios.begin(), ratios.end());
  const auto median = ratios[ratios.size() / 2];
  fmt::print("p99 beside five sick connectors: {:.2f} of alone (gate {:.1f})\n", median, ratio_max);
  return median <= ratio_max;
}

bool report(const recovery_figures& figures, const isolation_settings& settings) {
  fmt::print(
      "recovery of {} waiting deliveries at {}/s: {:.1f} s, of them {:.1f} s until the circuit\n"
      "closed; {:.0f}/s, {:.0f} in the busiest second, longest gap {} ms\n",
      settings.waiting, settings.recovery_rate, figures.seconds, figures.wait_seconds,
      figures.per_second, figures.peak_per_second, figures.longest_gap_ms);
  return figures.peak_per_second <= burst_max * settings.recovery_rate &&
         figures.longest_gap_ms <= gap_ms_max;
}

}  // namespace

int main(int argc, char** argv) {
  const airtrain::harness::options given(argc, argv,
                                         {{"programs", "build/release"},
                                          {"work", "build/bench-isolation"},
                                          {"rounds", "4"},
                                          {"seconds", "5"},
                                          {"rate", "2000"},
                                          {"waiting", "100000"},
                                          {"recovery-rate", "8000"}});
  const isolation_settings settings{
      .programs = std::filesystem::absolute(given.text("programs")),
      .work = std::filesystem::absolute(given.text("work")),
      .rounds = static_cast<int>(given.number("rounds")),
      .seconds = static_cast<int>(given.number("seconds")),
      .rate = static_cast<int>(given.number("rate")),
      .waiting = static_cast<int>(given.number("waiting")),
      .recovery_rate = static_cast<int>(given.number("recovery-rate")),
  };
  try {
    const bool isolated = settings.rounds == 0 || report(measure_isolation(settings));
    const bool recovered = settings.waiting == 0 || report(measure_recovery(settings), settings);
    return isolated && recovered ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench: {}\n", error.what());
    return 1;
  }
}
