#include "bench/soak/soak.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"
#include "bench/soak/faults.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

constexpr double bytes_per_mib = 1u << 20;
constexpr std::array names{"steady", "faulty", "ordered"};

/// Short windows, so that a run is many of them: what is kept for a day would only grow.
constexpr const char* short_windows =
    "retention: { delivered: 30s, attempts: 30s }\ndedupe_window: 1m\n";

std::string connectors(const std::array<std::uint16_t, 3>& ports) {
  constexpr const char* restless =
      "    concurrency: 32\n    timeout: 2s\n    retry: { initial: 100ms, max: 1s }\n"
      "    breaker: { open: 500ms, open_max: 1s }\n";
  std::string yaml;
  for (std::size_t i = 0; i < ports.size(); ++i)
    yaml +=
        http_connector(names[i], "\"*\"", fmt::format("http://127.0.0.1:{}/", ports[i]), restless);
  return yaml + "    ordering: { key: data.employee_id }\n";
}

std::vector<series> all_series() {
  return {
      {"resident memory", "MiB", 0.10, 8, {}, {}},
      {"open descriptors", "", 0.10, 20, {}, {}},
      {"threads", "", 0, 0, {}, {}},
      {"store on disk", "MiB", 0.10, 64, {}, {}},
      {"p50 of the steady target", "ms", 0.25, 0.5, {}, {}},
      {"p99 of the steady target", "ms", 0.25, 5, {}, {}},
      {"pending", "deliveries", 0.25, 10'000, {}, {}},
  };
}

class soak_run {
 public:
  explicit soak_run(const soak_settings& settings)
      : settings_(settings),
        targets_{target(), target(), target()},
        airtrain_((settings.programs / "airtrain").string(), settings.work,
                  connectors({targets_[0].port(), targets_[1].port(), targets_[2].port()}),
                  short_windows),
        faults_({&targets_[1], &targets_[2]}, airtrain_, settings.kills, settings.seed) {
    result_.all = all_series();
    airtrain_.start();
  }

  soak_result run() {
    result_.rate = settings_.rate > 0 ? settings_.rate : half_of_what_it_takes();
    result_.events =
        static_cast<std::uint64_t>(static_cast<double>(result_.rate) * settings_.seconds);
    for (const auto& each : targets_) each.reset();
    auto load = start_load();
    begun_ = monotonic_us();
    while (load.running()) {
      faults_.tick(now());
      if (now() >= next_sample_) sample();
      poll(nullptr, 0, 100);
    }
    check_load(load);
    faults_.heal();
    drain();
    result_.faults = faults_.injected();
    result_.restarts = faults_.restarts();
    airtrain_.stop();
    return std::move(result_);
  }

 private:
  stand_in target() const {
    return stand_in(program("bench/bench_sink"), {"--ledger", "numbers", "--key-field", "id"});
  }
  std::string program(const char* name) const { return (settings_.programs / name).string(); }
  double now() const { return static_cast<double>(monotonic_us() - begun_) / 1e6; }

  std::uint64_t half_of_what_it_takes() const {
    constexpr int seconds = 5;
    const auto begun = monotonic_us();
    const auto load = run_load(program("bench/bench_load"), airtrain_.port(),
                               {"--connections", "64", "--seconds", std::to_string(seconds),
                                "--keys", "10000", "--id-prefix", "warm"});
    for (const auto& each : targets_)
      each.wait_for_delivered(load.acknowledged, std::chrono::seconds{120});
    const auto elapsed = static_cast<double>(monotonic_us() - begun) / 1e6;
    for (const auto& each : targets_) each.wait_until_quiet();
    return static_cast<std::uint64_t>(static_cast<double>(load.acknowledged) / elapsed / 2);
  }

  /// Sends what is lost or refused again; also resets connections in the middle of a request.
  process start_load() const {
    const auto patience = static_cast<std::uint64_t>(settings_.seconds) + 180;
    return process({program("bench/bench_load"), "--port", std::to_string(airtrain_.port()),
                    "--connections", "64", "--rate", std::to_string(result_.rate), "--events",
                    std::to_string(result_.events), "--seconds", std::to_string(patience), "--keys",
                    "10000", "--retry", "yes", "--reset-every", "5000"});
  }

  void check_load(process& load) {
    const auto said = load.read_all();
    if (load.wait(std::chrono::seconds{5}) != 0)
      throw std::runtime_error("the load generator failed: " + said);
    if (const auto done = figure_in(said, "acknowledged"); done < result_.events)
      throw std::runtime_error(fmt::format("of {} events {} were taken", result_.events, done));
  }

  std::uint64_t pending() const {
    std::uint64_t sum = 0;
    for (const auto* name : names) sum += airtrain_.backlog(name);
    return sum;
  }

  void sample() {
    constexpr double samples_wanted = 240;
    const double at = now();
    next_sample_ = at + std::clamp(settings_.seconds / samples_wanted, 0.5, 10.0);
    const auto pid = airtrain_.pid();
    const auto lap = targets_[0].lap();
    const auto lap_us = lap.substr(lap.find("lap_us"));
    const double values[]{
        static_cast<double>(resident_memory(pid)) / bytes_per_mib,
        static_cast<double>(descriptor_count(pid)),
        static_cast<double>(thread_count(pid)),
        static_cast<double>(folder_bytes(airtrain_.data())) / bytes_per_mib,
        static_cast<double>(figure_in(lap_us, "p50")) / 1000,
        static_cast<double>(figure_in(lap_us, "p99")) / 1000,
        static_cast<double>(pending()),
    };
    for (std::size_t i = 0; i < result_.all.size(); ++i) {
      result_.all[i].seconds.push_back(at);
      result_.all[i].values.push_back(values[i]);
    }
  }

  /// Waits until each target has each event; counts what is missing when they don't come.
  void drain() {
    constexpr double patience = 120;
    const double from = now();
    const auto have_all = [&] {
      return std::ranges::all_of(
          targets_, [&](const stand_in& each) { return each.stat("unique") >= result_.events; });
    };
    while (!have_all() && now() - from < patience) poll(nullptr, 0, 20);
    result_.drained_seconds = now() - from;
    for (const auto& each : targets_) {
      const auto unique = std::min(each.stat("unique"), result_.events);
      result_.lost += result_.events - unique;
      result_.duplicates += each.stat("duplicates");
    }
  }

  const soak_settings& settings_;
  std::array<stand_in, 3> targets_;
  service airtrain_;
  faults faults_;
  soak_result result_;
  std::uint64_t begun_ = 0;
  double next_sample_ = 1;
};

}  // namespace

soak_result soak(const soak_settings& settings) {
  std::filesystem::remove_all(settings.work);
  std::filesystem::create_directories(settings.work);
  return soak_run(settings).run();
}

bool soak_result::good() const {
  return lost == 0 && std::ranges::all_of(all, [](const series& of) { return judge(of).flat; });
}

}  // namespace airtrain::bench
