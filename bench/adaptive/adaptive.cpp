#include "bench/adaptive/adaptive.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;
using std::chrono::seconds;

constexpr int sample_ms = 50;

/// One connector's target, and what was seen of it in the phase that runs.
struct watched_target {
  watched_target(const std::string& setting, const std::string& limit,
                 const std::vector<std::string>& command)
      : name(setting),
        connector(setting),
        concurrency(limit),
        it(command),
        port(wait_for_port(it, seconds{5})) {
    std::replace(connector.begin(), connector.end(), ' ', '-');
  }

  void look() {
    const auto stats = ask(port, "GET", "/_stats").body;
    seen.push_back({monotonic_us(), figure_in(stats, "delivered"), figure_in(stats, "present")});
  }

  std::string name, connector, concurrency;
  process it;
  std::uint16_t port;
  std::vector<sample> seen;
};

phase_figures figures_of(const watched_target& target, std::uint32_t capacity, int service_ms) {
  auto phase = judge(target.seen, capacity, service_ms);
  const auto stats = ask(target.port, "GET", "/_stats").body;
  phase.p50_us = figure_in(stats, "p50");
  phase.p99_us = figure_in(stats, "p99");
  phase.refused = figure_in(stats, "refused");
  phase.peak = figure_in(stats, "peak");
  return phase;
}

class adaptive_bench {
 public:
  adaptive_bench(const adaptive_settings& settings, const std::string& mode) : settings_(settings) {
    const std::vector<std::string> command{program("bench/bench_capacity_sink"),
                                           "--mode",
                                           mode,
                                           "--capacity",
                                           std::to_string(settings.capacities.front()),
                                           "--service-ms",
                                           std::to_string(settings.service_ms)};
    for (const auto n : settings.fixed)
      targets_.emplace_back(fmt::format("fixed {}", n), std::to_string(n), command);
    targets_.emplace_back("adaptive", fmt::format("{{ adaptive: true, max: {} }}", settings.max),
                          command);
  }

  std::vector<setting_figures> run() {
    start();
    load();
    std::vector<setting_figures> all;
    for (const auto& target : targets_) all.push_back({target.name, {}});
    for (const auto capacity : settings_.capacities) {
      for (auto& target : targets_) begin(target, capacity);
      watch();
      for (std::size_t i = 0; i < targets_.size(); ++i) {
        all[i].phases.push_back(figures_of(targets_[i], capacity, settings_.service_ms));
        all[i].phases.back().limit = limit_of(targets_[i]);
      }
    }
    service_->stop();
    return all;
  }

 private:
  std::string program(const char* name) const { return (settings_.programs / name).string(); }

  void start() {
    std::filesystem::remove_all(settings_.work);
    std::string connectors;
    for (const auto& target : targets_)
      connectors += http_connector(target.connector, "\"*\"",
                                   fmt::format("http://127.0.0.1:{}/in", target.port),
                                   fmt::format("    concurrency: {}\n", target.concurrency));
    service_.emplace(program("airtrain"), settings_.work, connectors);
    service_->start();
  }

  /// More than the fastest can deliver in all phases.
  void load() {
    const auto slots =
        std::accumulate(settings_.capacities.begin(), settings_.capacities.end(), 0u);
    const auto events = 1000u * slots / static_cast<unsigned>(settings_.service_ms) *
                        static_cast<unsigned>(settings_.seconds) * 3 / 2;
    const auto done = run_load(program("bench/bench_load"), service_->port(),
                               {"--batch", "100", "--connections", "2", "--events",
                                std::to_string(events), "--seconds", "60"});
    if (done.acknowledged < events) throw std::runtime_error("the load was not taken in time");
  }

  static void begin(watched_target& target, std::uint32_t capacity) {
    target.seen.clear();
    ask(target.port, "POST", fmt::format("/_control?capacity={}", capacity));
    ask(target.port, "POST", "/_reset");
  }

  void watch() {
    const auto end = monotonic_us() + static_cast<std::uint64_t>(settings_.seconds) * 1'000'000;
    while (monotonic_us() < end) {
      for (auto& target : targets_) target.look();
      poll(nullptr, 0, sample_ms);
    }
  }

  std::uint32_t limit_of(const watched_target& target) const {
    const auto shown = ask(service_->port(), "GET", "/v1/connectors/" + target.connector).body;
    return static_cast<std::uint32_t>(figure_in(shown, "concurrency_limit"));
  }

  const adaptive_settings& settings_;
  std::vector<watched_target> targets_;
  std::optional<service> service_;
};

}  // namespace

double setting_figures::goodput() const {
  double sum = 0;
  for (const auto& phase : phases) sum += phase.goodput;
  return phases.empty() ? 0 : sum / static_cast<double>(phases.size());
}

std::vector<setting_figures> measure_adaptive(const adaptive_settings& settings,
                                              const std::string& mode) {
  return adaptive_bench(settings, mode).run();
}

}  // namespace airtrain::bench
