#include "cli/serve.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "api/log.hpp"
#include "cli/engine.hpp"
#include "cli/named_files.hpp"
#include "cli/read_config.hpp"
#include "cli/signals.hpp"
#include "messages/cores.hpp"

namespace airtrain {
namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr std::chrono::seconds tick_interval{1};

void say_where(const engine& service) {
  fmt::print("listening on {}\n", service.listening_on());
  std::fflush(stdout);
}

/// Until a signal asks to stop.
void run(engine& service, signal_queue& signals, api::logger& log) {
  while (true) {
    service.tick();
    const auto signal = signals.wait(tick_interval);
    if (!signal) continue;
    if (asks_to_stop(*signal)) return;
    log.warning("reload is not supported: the configuration stays as it is; restart to change it");
  }
}

int drain(engine& service, signal_queue& signals, api::logger& log) {
  log.info("draining: no new attempts, those in flight may end; a second signal stops at once");
  const hard_stop second_signal{signals, [&] {
                                  log.warning("a second signal: stopping at once");
                                  service.log_cut_attempts();
                                }};
  if (service.drain()) {
    log.info("stopped");
    return exit_done;
  }
  log.warning("stopped with attempts cut");
  return exit_failed;
}

}  // namespace

int serve_command(const serve_arguments& arguments) {
  signal_queue signals;  // first: all threads inherit which signals are blocked
  raise_open_files_limit();
  api::logger log{arguments.format == log_format::json ? api::log_format::json
                                                       : api::log_format::text};
  auto settings = cli::read_config(arguments.config, cli::fault_of_named_file);
  if (!settings) return exit_failed;
  if (const auto used = use_cores(settings->cores); !used) {
    log.error("the service cannot start", {{"why", "cores: " + used.error()}});
    return exit_failed;
  }

  engine service{std::move(*settings), log};
  if (const auto started = service.start(); !started) {
    log.error("the service cannot start", {{"why", started.error()}});
    return exit_failed;
  }
  log.info("started", {{"listening_on", service.listening_on()}});
  say_where(service);
  run(service, signals, log);
  return drain(service, signals, log);
}

}  // namespace airtrain
