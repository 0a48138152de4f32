#include "bench/rounds.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <fstream>
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

std::uint16_t free_port() {
  const int socket = listen_on_loopback(0);
  const auto port = port_of(socket);
  close(socket);
  return port;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

std::string nginx_configuration(const std::filesystem::path& work, std::uint16_t port,
                                std::uint16_t sink) {
  return fmt::format(R"(daemon off;
worker_processes 2;
pid {0}/nginx.pid;
error_log {0}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/f;
  uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
  keepalive_requests 1000000000;
  upstream sink {{ server 127.0.0.1:{2}; keepalive 512; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{1};
    location / {{ proxy_pass http://sink; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
)",
                     work.string(), port, sink);
}

std::string airtrain_configuration(const std::filesystem::path& work, std::uint16_t sink,
                                   bool mapped) {
  const auto* mapping = R"(
      body:
        t: ${data.t}
        employeeNumber: ${data.employee_id}
        shiftStart: ${data.new_shift}
        hours: ${data.hours}
        note: "shift for ${data.employee_id}: ${data.note}"
        site: "${data.site ?? 'unknown'}")";
  return fmt::format(R"(data_dir: {}/data
http: {{ listen: "127.0.0.1:0" }}
connectors:
  target:
    type: http
    events: [staff_schedule_updated]
    concurrency: 256
    request:
      url: http://127.0.0.1:{}/shifts{}
)",
                     work.string(), sink, mapped ? mapping : "");
}

/// The server under test between generator and sink: started once, measured in every round.
struct contender {
  process service;
  std::uint16_t port = 0;
  std::vector<pid_t> all() const {
    // nginx does its work in children.
    std::vector<pid_t> pids{service.pid()};
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", service.pid()));
    for (pid_t pid; children >> pid;) pids.push_back(pid);
    return pids;
  }
  double cpu_us() const {
    double sum = 0;
    for (const auto pid : all()) sum += static_cast<double>(cpu_time(pid).count());
    return sum;
  }
};

contender start_nginx(const bench_settings& settings, std::uint16_t sink) {
  const auto port = free_port();
  const auto file = settings.work / "nginx.conf";
  write_file(file, nginx_configuration(settings.work, port, sink));
  contender made{process({settings.nginx, "-p", settings.work.string(), "-c", file.string()},
                         (settings.work / "nginx.err").string()),
                 port};
  const auto deadline = monotonic_us() + 5'000'000;
  while (ask(port, "GET", "/_stats").status != 200) {
    if (monotonic_us() > deadline) throw std::runtime_error("nginx did not start");
    poll(nullptr, 0, 20);
  }
  return made;
}

contender start_airtrain(const bench_settings& settings, std::uint16_t sink, bool mapped) {
  const auto file = settings.work / "airtrain.yaml";
  write_file(file, airtrain_configuration(settings.work, sink, mapped));
  contender made{process({(settings.programs / "airtrain").string(), "serve", "-c", file.string()},
                         (settings.work / "airtrain.err").string())};
  made.port = wait_for_port(made.service, seconds{20});
  return made;
}

std::uint64_t figure(const std::string& json, std::string_view name) {
  const auto found = number_field(json, name);
  if (!found) throw std::runtime_error(fmt::format("no '{}' in {}", name, json));
  return *found;
}

/// Waits until the sink has delivered `wanted` requests or items; returns the moment it was seen.
void wait_until_delivered(std::uint16_t sink, std::uint64_t wanted) {
  const auto deadline = monotonic_us() + 60'000'000;
  while (figure(ask(sink, "GET", "/_stats").body, "delivered") < wanted) {
    if (monotonic_us() > deadline)
      throw std::runtime_error(
          fmt::format("lost: the sink has {} of {}", ask(sink, "GET", "/_stats").body, wanted));
    poll(nullptr, 0, 5);
  }
}

/// Requests that were never answered are delivered too: the next run must not count them as its
/// own.
void wait_until_quiet(std::uint16_t sink) {
  std::uint64_t before = 0;
  for (auto now = figure(ask(sink, "GET", "/_stats").body, "requests"); now != before;) {
    before = now;
    poll(nullptr, 0, 100);
    now = figure(ask(sink, "GET", "/_stats").body, "requests");
  }
}

class scenario_run {
 public:
  scenario_run(const scenario& what, const bench_settings& settings)
      : what_(what), settings_(settings) {}

  scenario_figures all() {
    std::filesystem::remove_all(settings_.work);
    std::filesystem::create_directories(settings_.work);
    process sink({program("bench/bench_sink"), "--ledger", "no"});
    sink_port_ = wait_for_port(sink, seconds{5});
    auto nginx = start_nginx(settings_, sink_port_);
    auto airtrain = start_airtrain(settings_, sink_port_, what_.mapped);

    scenario_figures figures;
    figures.what = what_;
    once(nginx, 1, 1, 0);
    once(airtrain, what_.batch, 1, 0);
    for (int round = 0; round < settings_.rounds; ++round) {
      // Who goes first changes, so that a drifting machine favours nobody.
      if (round % 2 == 0) figures.nginx.push_back(once(nginx, 1, settings_.seconds, 0));
      figures.airtrain.push_back(once(airtrain, what_.batch, settings_.seconds, 0));
      if (round % 2 == 1) figures.nginx.push_back(once(nginx, 1, settings_.seconds, 0));
    }
    figures.latency = latency(airtrain, figures);
    figures.peak_memory_bytes = peak_memory(airtrain.service.pid());
    return figures;
  }

 private:
  std::string program(const char* name) const { return (settings_.programs / name).string(); }

  run_figures once(const contender& through, int batch, int run_seconds, std::uint64_t rate) {
    ask(sink_port_, "POST", "/_reset");
    const auto cpu_before = through.cpu_us();
    const auto begun = monotonic_us();
    process load({program("bench/bench_load"), "--port", std::to_string(through.port),
                  "--connections", std::to_string(what_.connections), "--batch",
                  std::to_string(batch), "--seconds", std::to_string(run_seconds), "--rate",
                  std::to_string(rate), "--id-prefix", fmt::format("r{}-", ++run_number_)});
    const auto said = load.read_all();
    if (load.wait(seconds{5}) != 0) throw std::runtime_error("the load generator failed: " + said);
    const auto acknowledged = figure(said, "acknowledged");
    wait_until_delivered(sink_port_, acknowledged);
    const auto elapsed = static_cast<double>(monotonic_us() - begun) / 1e6;
    wait_until_quiet(sink_port_);
    const auto count = static_cast<double>(acknowledged);
    return {count / elapsed, (through.cpu_us() - cpu_before) / count, figure(said, "p50"),
            figure(said, "p99")};
  }

  latency_figures latency(const contender& airtrain, const scenario_figures& figures) {
    double sum = 0;
    for (const auto& run : figures.airtrain) sum += run.events_per_second;
    const auto rate =
        static_cast<std::uint64_t>(sum / static_cast<double>(figures.airtrain.size()) / 2);
    once(airtrain, what_.batch, settings_.seconds, rate);
    const auto stats = ask(sink_port_, "GET", "/_stats").body;
    return {rate, figure(stats, "p50"), figure(stats, "p99"), figure(stats, "p999")};
  }

  scenario what_;
  bench_settings settings_;
  std::uint16_t sink_port_ = 0;
  int run_number_ = 0;
};

}  // namespace

scenario_figures run(const scenario& what, const bench_settings& settings) {
  return scenario_run(what, settings).all();
}

std::uint64_t fsync_p50_us(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto file = (folder / "fsync.probe").string();
  const int opened = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (opened < 0) throw std::runtime_error("cannot write " + file);
  const std::string block(4096, 'x');
  histogram times;
  for (int i = 0; i < 300; ++i) {
    const auto begun = monotonic_us();
    if (write(opened, block.data(), block.size()) != 4096 || fdatasync(opened) != 0)
      throw std::runtime_error("cannot sync " + file);
    times.add(monotonic_us() - begun);
  }
  close(opened);
  std::filesystem::remove(file);
  return times.quantile(0.5);
}

}  // namespace airtrain::bench
