#include "bench/suite/fan_out.hpp"

#include <fmt/format.h>

#include <map>

#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/suite/thread_account.hpp"

namespace airtrain::bench {

using namespace harness;

namespace {

class fan_out_bench {
 public:
  fan_out_bench(const std::vector<std::string>& options, const suite_settings& settings)
      : options_(options), settings_(settings) {}

  void full_speed(const fan_out_contender& of, int seconds, fan_out_figures* into) {
    auto& threads = threads_.try_emplace(of.name, of.it->pid()).first->second;
    threads.begin();
    const auto cpu = of.it->cpu_us();
    const auto begun = monotonic_us();
    const auto acknowledged = once(of, seconds, 0);
    const auto count = static_cast<double>(acknowledged * of.deliveries);
    const auto elapsed = static_cast<double>(monotonic_us() - begun) / 1e6;
    settle(of);
    if (into == nullptr) return;
    const auto delivered = static_cast<double>(of.target->stat("delivered"));
    into->per_second.push_back(count / elapsed);
    into->cpu_us.push_back((of.it->cpu_us() - cpu) / delivered);
    threads.end(delivered);
  }

  void at_rate(const fan_out_contender& of, double rate, fan_out_figures& into) {
    once(of, settings_.seconds, rate);
    settle(of);
    const auto stats = of.target->stats();
    into.p50_ms.push_back(static_cast<double>(figure_in(stats, "p50")) / 1000);
    into.p99_ms.push_back(static_cast<double>(figure_in(stats, "p99")) / 1000);
  }

  std::string threads_of(const fan_out_contender& of) const {
    return fmt::format("{}: {}", of.name, threads_.at(of.name).words());
  }

 private:
  std::uint64_t once(const fan_out_contender& of, int seconds, double rate) {
    of.target->reset();
    std::vector<std::string> all{"--seconds",   std::to_string(seconds),
                                 "--rate",      fmt::format("{:.0f}", rate),
                                 "--id-prefix", fmt::format("r{}-", ++run_number_)};
    all.insert(all.end(), options_.begin(), options_.end());
    all.insert(all.end(), of.load.begin(), of.load.end());
    const auto load = run_load(settings_.program("bench/bench_load"), of.it->port(), all);
    of.target->wait_for_delivered(load.acknowledged * of.deliveries, std::chrono::seconds{120});
    return load.acknowledged;
  }

  static void settle(const fan_out_contender& of) {
    of.target->wait_until_quiet();
    if (of.beside != nullptr) of.beside->wait_until_quiet();
  }

  const std::vector<std::string>& options_;
  const suite_settings& settings_;
  std::map<std::string, thread_account> threads_;
  int run_number_ = 0;
};

}  // namespace

std::vector<fan_out_figures> measure_fan_out(const std::vector<fan_out_contender>& contenders,
                                             const std::vector<std::string>& options,
                                             const suite_settings& settings,
                                             scenario_result& result) {
  fan_out_bench bench(options, settings);
  std::vector<fan_out_figures> all(contenders.size());
  for (const auto& each : contenders) bench.full_speed(each, 1, nullptr);
  double rate = 0;
  for (std::size_t round = 0; round < static_cast<std::size_t>(settings.rounds); ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const auto turn = (i + round) % contenders.size();
      bench.full_speed(contenders[turn], settings.seconds, &all[turn]);
    }
    if (round == 0) rate = all[0].per_second[0] / static_cast<double>(contenders[0].deliveries) / 2;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const auto turn = (i + round) % contenders.size();
      bench.at_rate(contenders[turn], rate, all[turn]);
    }
  }
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const auto& name = contenders[i].name;
    result.add("deliveries_per_s", all[i].per_second, {}, name);
    result.add("cpu_us_delivery", all[i].cpu_us, {}, name);
    result.add("half_rate", rate, {}, name);
    result.add("p50_ms", all[i].p50_ms, {}, name);
    result.add("p99_ms", all[i].p99_ms, {}, name);
    result.notes.push_back(bench.threads_of(contenders[i]));
    result.add("peak_mib", static_cast<double>(peak_memory(contenders[i].it->pid())) / (1u << 20),
               {}, name);
  }
  return all;
}

}  // namespace airtrain::bench
