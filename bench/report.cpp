#include <fmt/format.h>

#include <algorithm>

#include "bench/rounds.hpp"

namespace airtrain::bench {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

template <class Take>
double median_of(const std::vector<run_figures>& runs, Take take) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(take(run));
  return median(std::move(values));
}

/// Median of the ratios of the two runs of each round: a drift of the machine cancels out.
template <class Take>
double paired_ratio(const scenario_figures& of, Take take) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < of.airtrain.size(); ++i)
    ratios.push_back(take(of.airtrain[i]) / take(of.nginx[i]));
  return median(std::move(ratios));
}

double throughput(const run_figures& run) {
  return run.events_per_second;
}
double cpu(const run_figures& run) {
  return run.cpu_us_per_event;
}

}  // namespace

std::string table(const std::vector<scenario_figures>& all, std::uint64_t fsync_us) {
  auto text = fmt::format(
      "fsync p50 {} us (4 KiB append + fdatasync); medians of {} paired rounds; nginx: "
      "proxy_pass,\n"
      "2 workers, one 500-byte POST per request, nothing durable; airtrain: durable before its "
      "202.\n\n"
      "{:<22} {:>9} {:>9} {:>7} {:>8} {:>8} {:>7} | {:>8} {:>8} {:>8} {:>8} {:>8}\n",
      fsync_us, all.empty() ? 0 : all[0].airtrain.size(), "scenario", "events/s", "nginx/s",
      "ratio", "us/event", "nginx us", "cpu", "at/s", "p50 us", "p99 us", "p99.9 us", "peak MiB");
  for (const auto& of : all)
    text += fmt::format(
        "{:<22} {:>9.0f} {:>9.0f} {:>7.2f} {:>8.1f} {:>8.1f} {:>7.2f} | {:>8} {:>8} {:>8} {:>8} "
        "{:>8}\n",
        of.what.name, median_of(of.airtrain, throughput), median_of(of.nginx, throughput),
        paired_ratio(of, throughput), median_of(of.airtrain, cpu), median_of(of.nginx, cpu),
        paired_ratio(of, cpu), of.latency.rate, of.latency.p50_us, of.latency.p99_us,
        of.latency.p999_us, of.peak_memory_bytes >> 20);
  return text +
         "\nratio: throughput over nginx's. us/event, cpu: CPU of the server per event, and its "
         "ratio.\nRight: accept-to-deliver at half the throughput, from the moment an event was "
         "due.\n";
}

std::string json(const std::vector<scenario_figures>& all, std::uint64_t fsync_us) {
  std::string text = fmt::format("{{\"fsync_p50_us\":{},\"scenarios\":[", fsync_us);
  for (const auto& of : all) {
    if (text.back() != '[') text += ',';
    text += fmt::format(
        "\n{{\"name\":\"{}\",\"connections\":{},\"batch\":{},\"mapped\":{},\"events_per_second\":"
        "{:.0f},\"nginx_per_second\":{:.0f},\"ratio\":{:.3f},\"cpu_us_per_event\":{:.2f},"
        "\"nginx_cpu_us\":{:.2f},\"cpu_ratio\":{:.3f},\"latency_rate\":{},\"p50_us\":{},"
        "\"p99_us\":{},\"p999_us\":{},\"peak_memory_bytes\":{}}}",
        of.what.name, of.what.connections, of.what.batch, of.what.mapped,
        median_of(of.airtrain, throughput), median_of(of.nginx, throughput),
        paired_ratio(of, throughput), median_of(of.airtrain, cpu), median_of(of.nginx, cpu),
        paired_ratio(of, cpu), of.latency.rate, of.latency.p50_us, of.latency.p99_us,
        of.latency.p999_us, of.peak_memory_bytes);
  }
  return text + "\n]}\n";
}

}  // namespace airtrain::bench
