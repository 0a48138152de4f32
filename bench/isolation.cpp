#include "bench/isolation.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/process.hpp"
#include "bench/harness/sockets.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;
using std::chrono::seconds;

std::uint64_t figure(const std::string& json, std::string_view name) {
  const auto found = number_field(json, name);
  if (!found) throw std::runtime_error(fmt::format("no '{}' in {}", name, json));
  return *found;
}

/// A port that nobody listens on.
std::uint16_t dead_port() {
  const int socket = listen_on_loopback(0);
  const auto port = port_of(socket);
  close(socket);
  return port;
}

std::string connector(std::string_view name, std::string_view authority, std::string_view more) {
  return fmt::format(
      "  {}:\n    type: http\n    events: [\"*\"]\n    request: {{ url: \"http://{}/in\" }}\n{}",
      name, authority, more);
}
std::string at(std::uint16_t port) {
  return fmt::format("127.0.0.1:{}", port);
}

/// One program with a port of its own.
struct stand_in {
  explicit stand_in(const std::vector<std::string>& command)
      : it(command), port(wait_for_port(it, seconds{5})) {}
  std::string stats() const { return ask(port, "GET", "/_stats").body; }
  process it;
  std::uint16_t port;
};

class isolation_bench {
 public:
  explicit isolation_bench(const isolation_settings& settings)
      : settings_(settings),
        healthy_({program("bench/bench_sink"), "--ledger", "no"}),
        hanging_({program("bench/bench_sink"), "--mode", "hang", "--ledger", "no"}),
        flooding_({program("bench/bench_hostile_sink"), "--mode", "flood"}),
        garbage_({program("bench/bench_hostile_sink"), "--mode", "garbage"}) {}

  neighbour_figures once(bool with_sick_ones) {
    auto yaml = connector("healthy", at(healthy_.port), "    concurrency: 32\n");
    if (with_sick_ones) yaml += sick_ones();
    start(yaml);
    load(1, {"--rate", std::to_string(settings_.rate)});  // warms up
    neighbour_figures figures;
    figures.memory_before = resident_memory(service_->pid());
    ask(healthy_.port, "POST", "/_reset");
    const auto sent =
        load(settings_.seconds, {"--rate", std::to_string(settings_.rate), "--id-prefix", "m"});
    wait_for(healthy_, sent);
    const auto stats = healthy_.stats();
    figures.p50_us = figure(stats, "p50");
    figures.p99_us = figure(stats, "p99");
    figures.memory_after = resident_memory(service_->pid());
    stop();
    return figures;
  }

  recovery_figures recovery() {
    ask(healthy_.port, "POST", "/_control?mode=fail");
    start(connector("target", at(healthy_.port),
                    fmt::format("    concurrency: 32\n    rate_limit: {}/s\n"
                                "    breaker: {{ open: 1s, open_max: 1s }}\n",
                                settings_.recovery_rate)));
    load(120,
         {"--batch", "100", "--connections", "4", "--events", std::to_string(settings_.waiting)});
    ask(healthy_.port, "POST", "/_reset");
    ask(healthy_.port, "POST", "/_control?mode=ok");
    auto figures = watch_recovery();
    stop();
    return figures;
  }

 private:
  std::string program(const char* name) const { return (settings_.programs / name).string(); }

  /// Short times, so that they never come to rest.
  std::string sick_ones() const {
    constexpr std::string_view restless =
        "    timeout: 1s\n    retry: { initial: 100ms, max: 200ms }\n"
        "    breaker: { open: 100ms, open_max: 100ms }\n";
    return connector("dead", at(dead_port()), restless) +
           connector("hanging", at(hanging_.port), restless) +
           connector("flooding", at(flooding_.port), restless) +
           connector("garbage", at(garbage_.port), restless) +
           connector("unresolvable", "nowhere.invalid", restless);
  }

  void start(const std::string& connectors) {
    std::filesystem::remove_all(settings_.work);
    std::filesystem::create_directories(settings_.work);
    const auto file = settings_.work / "airtrain.yaml";
    std::ofstream(file) << fmt::format(
        "data_dir: {}/data\nhttp: {{ listen: \"127.0.0.1:0\" }}\ndrain_timeout: 2s\n"
        "connectors:\n{}",
        settings_.work.string(), connectors);
    service_.emplace(std::vector<std::string>{program("airtrain"), "serve", "-c", file.string()},
                     (settings_.work / "airtrain.err").string());
    port_ = wait_for_port(*service_, seconds{20});
  }

  void stop() {
    service_->send_signal(SIGTERM);
    if (!service_->wait(seconds{20})) throw std::runtime_error("the service does not stop");
    service_.reset();
  }

  /// How many were acknowledged: all, or it throws.
  std::uint64_t load(int run_seconds, const std::vector<std::string>& more) {
    std::vector<std::string> command{program("bench/bench_load"), "--port", std::to_string(port_),
                                     "--seconds", std::to_string(run_seconds)};
    command.insert(command.end(), more.begin(), more.end());
    process generator(command);
    const auto said = generator.read_all();
    if (generator.wait(seconds{5}) != 0)
      throw std::runtime_error("the load generator failed: " + said);
    return figure(said, "acknowledged");
  }

  static void wait_for(const stand_in& target, std::uint64_t count) {
    const auto deadline = monotonic_us() + 30'000'000;
    while (figure(target.stats(), "delivered") < count) {
      if (monotonic_us() > deadline) throw std::runtime_error("lost: " + target.stats());
      poll(nullptr, 0, 5);
    }
  }

  recovery_figures watch_recovery() const {
    const auto wanted = static_cast<std::uint64_t>(settings_.waiting);
    const auto begun = monotonic_us();
    std::uint64_t closed_at = 0;
    std::uint64_t moved_at = 0;
    std::uint64_t before = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
    recovery_figures figures;
    for (std::uint64_t count = 0; count < wanted; poll(nullptr, 0, 2)) {
      count = figure(healthy_.stats(), "delivered");
      const auto now = monotonic_us();
      if (now - begun > 300'000'000) throw std::runtime_error("it does not recover");
      constexpr std::uint64_t probes = 3;
      if (count > probes && closed_at == 0) closed_at = moved_at = now;
      if (closed_at == 0) continue;
      if (count > before) {
        figures.longest_gap_ms = std::max(figures.longest_gap_ms, (now - moved_at) / 1000);
        moved_at = now;
      }
      before = count;
      seen.emplace_back(now, count);
    }
    figures.seconds = static_cast<double>(moved_at - begun) / 1e6;
    figures.wait_seconds = static_cast<double>(closed_at - begun) / 1e6;
    figures.per_second = static_cast<double>(wanted) / (figures.seconds - figures.wait_seconds);
    figures.peak_per_second = busiest_second(seen);
    return figures;
  }

  static double busiest_second(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& seen) {
    std::uint64_t most = 0;
    for (std::size_t first = 0, last = 0; last < seen.size(); ++last) {
      while (seen[last].first - seen[first].first > 1'000'000) ++first;
      most = std::max(most, seen[last].second - seen[first].second);
    }
    return static_cast<double>(most);
  }

  isolation_settings settings_;
  stand_in healthy_, hanging_, flooding_, garbage_;
  std::optional<process> service_;
  std::uint16_t port_ = 0;
};

}  // namespace

std::vector<round_figures> measure_isolation(const isolation_settings& settings) {
  isolation_bench bench(settings);
  std::vector<round_figures> rounds;
  for (int i = 0; i < settings.rounds; ++i) {
    round_figures round;
    // Who goes first changes, so that a drifting machine favours nobody.
    if (i % 2 == 0) round.alone = bench.once(false);
    round.beside = bench.once(true);
    if (i % 2 == 1) round.alone = bench.once(false);
    rounds.push_back(round);
  }
  return rounds;
}

recovery_figures measure_recovery(const isolation_settings& settings) {
  return isolation_bench(settings).recovery();
}

}  // namespace airtrain::bench
