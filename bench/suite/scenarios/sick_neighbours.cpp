#include <fmt/format.h>

#include <optional>

#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/sockets.hpp"
#include "bench/harness/stand_in.hpp"
#include "bench/harness/statistics.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

using namespace harness;

constexpr int rate = 2000;

class neighbourhood {
 public:
  explicit neighbourhood(const suite_settings& settings)
      : settings_(settings),
        healthy_(sink({"--ledger", "no"})),
        hanging_(sink({"--mode", "hang", "--ledger", "no"})),
        flooding_(sink({"--mode", "flood", "--ledger", "no"})),
        garbage_(sink({"--mode", "garbage", "--ledger", "no"})) {}

  struct figures {
    std::vector<double> p50_ms, p99_ms, rss_mib;
  };

  void once(bool with_sick_ones, figures& into) const {
    std::filesystem::remove_all(settings_.work);
    service airtrain(settings_.program("airtrain"), settings_.work,
                     connector("healthy", healthy_.port(), "    concurrency: 32\n") +
                         (with_sick_ones ? sick_ones() : ""));
    airtrain.start();
    load(airtrain, 1, "warm");
    healthy_.reset();
    healthy_.wait_for_delivered(load(airtrain, settings_.seconds, "run"), std::chrono::seconds{30});
    const auto stats = healthy_.stats();
    into.p50_ms.push_back(static_cast<double>(figure_in(stats, "p50")) / 1000);
    into.p99_ms.push_back(static_cast<double>(figure_in(stats, "p99")) / 1000);
    into.rss_mib.push_back(static_cast<double>(resident_memory(airtrain.pid())) / (1u << 20));
    airtrain.stop();
    healthy_.wait_until_quiet();
  }

 private:
  stand_in sink(std::vector<std::string> options) const {
    return stand_in(settings_.program("bench/bench_sink"), std::move(options));
  }

  static std::string connector(std::string_view name, std::uint16_t port, std::string_view more) {
    return http_connector(name, "\"*\"", fmt::format("http://127.0.0.1:{}/", port), more);
  }

  /// Short times, so that they never come to rest.
  std::string sick_ones() const {
    constexpr std::string_view restless =
        "    timeout: 1s\n    retry: { initial: 100ms, max: 200ms }\n"
        "    breaker: { open: 100ms, open_max: 100ms }\n";
    return connector("dead", unused_port(), restless) +
           connector("hanging", hanging_.port(), restless) +
           connector("flooding", flooding_.port(), restless) +
           connector("garbage", garbage_.port(), restless) +
           http_connector("unresolvable", "\"*\"", "http://nowhere.invalid/", restless);
  }

  std::uint64_t load(const service& airtrain, int seconds, const char* ids) const {
    return run_load(settings_.program("bench/bench_load"), airtrain.port(),
                    {"--rate", std::to_string(rate), "--seconds", std::to_string(seconds),
                     "--id-prefix", ids})
        .acknowledged;
  }

  const suite_settings& settings_;
  stand_in healthy_, hanging_, flooding_, garbage_;
};

void measure_sick_neighbours(const suite_settings& settings, scenario_result& to) {
  constexpr double p99_max = 2.0;
  const neighbourhood bench(settings);
  neighbourhood::figures alone, beside;
  for (int round = 0; round < settings.rounds; ++round) {
    // Who goes first changes, so that a drifting machine favours nobody.
    if (round % 2 == 0) bench.once(false, alone);
    bench.once(true, beside);
    if (round % 2 == 1) bench.once(false, alone);
  }
  for (const auto& [name, of] :
       {std::pair{"alone", &alone}, std::pair{"beside five sick", &beside}}) {
    to.add("half_rate", rate, {}, name);
    to.add("p50_ms", of->p50_ms, {}, name);
    to.add("p99_ms", of->p99_ms, {}, name);
    to.add("rss_mib", of->rss_mib, {}, name);
  }
  to.add("p99_of_alone", paired_ratios(beside.p99_ms, alone.p99_ms),
         gate{gate::kind::at_most, p99_max}, "beside five sick");
}

}  // namespace

std::vector<scenario> sick_neighbours_scenarios() {
  return {{"sick-neighbours", "scale",
           "a healthy connector beside a dead, a hanging, a flooding, a garbage-answering and an "
           "unresolvable one, at 2,000 events/s",
           measure_sick_neighbours}};
}

}  // namespace airtrain::bench
