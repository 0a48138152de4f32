#include "bench/suite/path.hpp"

#include <fmt/format.h>

#include "bench/harness/histogram.hpp"
#include "bench/harness/load_run.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"
#include "bench/harness/statistics.hpp"
#include "bench/harness/tls_server.hpp"
#include "bench/suite/nginx_proxy.hpp"
#include "bench/suite/thread_account.hpp"

namespace airtrain::bench {

using namespace harness;

const char* const shift_mapping = R"(      body:
        t: ${data.t}
        employeeNumber: ${data.employee_id}
        shiftStart: ${data.new_shift}
        hours: ${data.hours}
        note: "shift for ${data.employee_id}: ${data.note}"
        site: "${data.site ?? 'unknown'}"
)";

namespace {

constexpr double us_per_ms = 1000;

struct run_figures {
  double per_second = 0;
  double cpu_us = 0;
  double harness_cpu_us = 0;
  load_figures load;
  std::string target;  ///< its stats
  double ms(std::string_view quantile) const {
    return static_cast<double>(figure_in(target, quantile)) / us_per_ms;
  }
};

std::vector<std::string> target_options(const path& what, const std::filesystem::path& folder) {
  std::vector<std::string> options{"--ledger", "no"};
  if (!what.tls) return options;
  make_certificate(folder.string());
  options.insert(options.end(), {"--tls-cert", (folder / "target.pem").string(), "--tls-key",
                                 (folder / "target.key").string()});
  return options;
}

std::string connector(const path& what, const std::filesystem::path& folder, std::uint16_t port) {
  auto more = std::string{what.mapped ? shift_mapping : ""} + "    concurrency: 256\n";
  if (what.tls) more += fmt::format("    tls: {{ ca: {}/target.pem }}\n", folder.string());
  return http_connector("target", "staff_schedule_updated",
                        fmt::format("{}://127.0.0.1:{}/shifts", what.tls ? "https" : "http", port),
                        more);
}

class path_bench {
 public:
  path_bench(const path& what, const suite_settings& settings)
      : what_(what),
        settings_(settings),
        target_(settings.program("bench/bench_sink"), target_options(what, settings.work)),
        nginx_(settings.nginx, settings.work, target_.port(), what.tls),
        airtrain_(settings.program("airtrain"), settings.work,
                  connector(what, settings.work, target_.port())) {
    airtrain_.start();
    threads_.emplace(airtrain_.pid());
  }

  void measure(scenario_result& result) {
    through_nginx(1, 0);
    through_airtrain(1, 0);
    for (int round = 0; round < settings_.rounds; ++round) {
      // Who goes first changes, so that a drifting machine favours nobody.
      if (round % 2 == 0) nginx_runs_.push_back(through_nginx(settings_.seconds, 0));
      threads_->begin();
      airtrain_runs_.push_back(through_airtrain(settings_.seconds, 0));
      threads_->end(static_cast<double>(airtrain_runs_.back().load.acknowledged));
      if (round % 2 == 1) nginx_runs_.push_back(through_nginx(settings_.seconds, 0));
      at_half(round);
    }
    report(result);
  }

 private:
  template <class Server>
  run_figures once(const Server& through, int batch, int seconds, std::uint64_t rate) {
    target_.reset();
    const auto cpu = through.cpu_us();
    const auto target_cpu = cpu_time(target_.pid());
    const auto begun = monotonic_us();
    run_figures run;
    run.load = run_load(settings_.program("bench/bench_load"), through.port(),
                        {"--connections", std::to_string(what_.connections), "--batch",
                         std::to_string(batch), "--seconds", std::to_string(seconds), "--rate",
                         std::to_string(rate), "--id-prefix", fmt::format("r{}-", ++run_number_)});
    target_.wait_for_delivered(run.load.acknowledged, std::chrono::seconds{60});
    const auto count = static_cast<double>(run.load.acknowledged);
    run.per_second = count / (static_cast<double>(monotonic_us() - begun) / 1e6);
    target_.wait_until_quiet();
    run.target = target_.stats();
    const auto delivered = static_cast<double>(figure_in(run.target, "delivered"));
    run.cpu_us = (through.cpu_us() - cpu) / delivered;
    const auto target_us = static_cast<double>((cpu_time(target_.pid()) - target_cpu).count());
    run.harness_cpu_us = run.load.cpu_us / count + target_us / delivered;
    return run;
  }

  run_figures through_nginx(int seconds, std::uint64_t rate) {
    return once(nginx_, 1, seconds, rate);
  }
  run_figures through_airtrain(int seconds, std::uint64_t rate) {
    return once(airtrain_, what_.batch, seconds, rate);
  }

  void at_half(int round) {
    // One rate for all rounds: they have to be the same experiment.
    if (round == 0) half_rate_ = static_cast<std::uint64_t>(airtrain_runs_[0].per_second / 2);
    constexpr std::string_view commit_seconds = "airtrain_commit_seconds";
    const auto before = airtrain_.histogram_of(commit_seconds);
    half_.push_back(through_airtrain(settings_.seconds, half_rate_));
    const auto after = airtrain_.histogram_of(commit_seconds);
    commit_p50_ms_.push_back(quantile_between(before, after, 0.5) * 1000);
    commit_p99_ms_.push_back(quantile_between(before, after, 0.99) * 1000);
    commits_.push_back(static_cast<double>(half_.back().load.acknowledged) /
                       (after.back().second - before.back().second));
    nginx_half_.push_back(through_nginx(settings_.seconds, half_rate_));
  }

  template <class Take>
  static std::vector<double> each(const std::vector<run_figures>& runs, Take take) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(take(run));
    return values;
  }

  static std::optional<gate> bound(gate::kind kind, std::optional<double> value) {
    if (!value) return std::nullopt;
    return gate{kind, *value};
  }

  void report(scenario_result& to) const {
    const auto per_second = [](const run_figures& r) { return r.per_second; };
    const auto cpu = [](const run_figures& r) { return r.cpu_us; };
    const auto own = each(airtrain_runs_, per_second);
    const auto nginx = each(nginx_runs_, per_second);
    to.add("events_per_s", own);
    to.add("nginx_per_s", nginx);
    to.add("ratio", paired_ratios(own, nginx), bound(gate::kind::at_least, what_.least_ratio));
    to.add("cpu_us", each(airtrain_runs_, cpu));
    to.add("nginx_cpu_us", each(nginx_runs_, cpu));
    to.add("cpu_ratio", paired_ratios(each(airtrain_runs_, cpu), each(nginx_runs_, cpu)),
           bound(gate::kind::at_most, what_.most_cpu_ratio));
    to.add("harness_cpu_us",
           each(airtrain_runs_, [](const run_figures& r) { return r.harness_cpu_us; }));
    to.add("half_rate", static_cast<double>(half_rate_));
    const auto p99 = each(half_, [](const run_figures& r) { return r.ms("p99"); });
    to.add("p50_ms", each(half_, [](const run_figures& r) { return r.ms("p50"); }));
    to.add("p99_ms", p99);
    to.add("p999_ms", each(half_, [](const run_figures& r) { return r.ms("p999"); }));
    to.add("nginx_p99_ms", each(nginx_half_, [](const run_figures& r) { return r.ms("p99"); }));
    to.add("ack_p99_ms", each(half_, [](const run_figures& r) {
             return static_cast<double>(r.load.p99_us) / us_per_ms;
           }));
    to.add("commit_p50_ms", commit_p50_ms_);
    to.add("commit_p99_ms", commit_p99_ms_);
    to.add("p99_per_commit", paired_ratios(p99, commit_p99_ms_),
           bound(gate::kind::at_most, what_.most_p99_per_commit));
    to.add("commit_events", commits_);
    to.notes.push_back(threads_->words());
    to.add("peak_mib", static_cast<double>(peak_memory(airtrain_.pid())) / (1u << 20));
  }

  const path what_;
  const suite_settings& settings_;
  stand_in target_;
  nginx_proxy nginx_;
  service airtrain_;
  int run_number_ = 0;
  std::uint64_t half_rate_ = 0;
  std::optional<thread_account> threads_;  ///< at full speed
  std::vector<run_figures> nginx_runs_, airtrain_runs_, half_, nginx_half_;
  std::vector<double> commit_p50_ms_, commit_p99_ms_, commits_;
};

}  // namespace

void measure_path(const path& what, const suite_settings& settings, scenario_result& result) {
  path_bench(what, settings).measure(result);
}

}  // namespace airtrain::bench
