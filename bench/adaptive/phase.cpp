#include "bench/adaptive/phase.hpp"

namespace airtrain::bench {
namespace {

constexpr std::uint64_t window_us = 1'000'000;

double seconds_between(const sample& first, const sample& last) {
  return static_cast<double>(last.at_us - first.at_us) / 1e6;
}
double goodput_between(const sample& first, const sample& last) {
  return static_cast<double>(last.delivered - first.delivered) / seconds_between(first, last);
}

bool adapted(const std::vector<sample>& seen, std::size_t first, const phase_figures& phase) {
  std::size_t last = first;
  std::uint64_t present = 0;
  for (; last < seen.size() && seen[last].at_us < seen[first].at_us + window_us; ++last)
    present += seen[last].present;
  if (last == seen.size()) return false;
  const auto mean_present = static_cast<double>(present) / static_cast<double>(last - first);
  return goodput_between(seen[first], seen[last]) >= 0.9 * phase.ideal &&
         mean_present <= 1.5 * phase.capacity + 1;
}

}  // namespace

phase_figures judge(const std::vector<sample>& seen, std::uint32_t capacity, int service_ms) {
  phase_figures phase;
  phase.capacity = capacity;
  phase.ideal = 1000.0 * capacity / service_ms;
  if (seen.size() < 2) return phase;
  phase.goodput = goodput_between(seen.front(), seen.back());
  for (const auto& s : seen)
    phase.excess += s.present > capacity ? static_cast<double>(s.present - capacity) : 0;
  phase.excess /= static_cast<double>(seen.size());
  for (std::size_t i = 0; i < seen.size() && !phase.adapted_after; ++i)
    if (adapted(seen, i, phase)) phase.adapted_after = seconds_between(seen.front(), seen[i]);
  return phase;
}

}  // namespace airtrain::bench
