#include "bench/harness/service.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/sockets.hpp"
#include "bench/harness/stand_in.hpp"

namespace airtrain::harness {

using std::chrono::seconds;

std::string http_connector(std::string_view name, std::string_view events, std::string_view url,
                           std::string_view more) {
  return fmt::format("  {}:\n    type: http\n    events: [{}]\n    request:\n      url: \"{}\"\n{}",
                     name, events, url, more);
}

service::service(std::string program, std::filesystem::path folder, const std::string& connectors,
                 const std::string& top)
    : program_(std::move(program)), folder_(std::move(folder)), port_(unused_port()) {
  std::filesystem::create_directories(folder_);
  std::ofstream file(folder_ / "airtrain.yaml");
  file << fmt::format(
      "data_dir: ./data\nhttp: {{ listen: \"127.0.0.1:{}\" }}\ndrain_timeout: "
      "5s\n{}connectors:\n{}",
      port_, top, connectors);
  if (!file.flush()) throw std::runtime_error("cannot write in " + folder_.string());
}

void service::start() {
  it_.emplace(
      std::vector<std::string>{program_, "serve", "-c", (folder_ / "airtrain.yaml").string()},
      (folder_ / "airtrain.log").string());
  wait_for_port(*it_, seconds{120});
}

void service::stop() {
  it_->send_signal(SIGTERM);
  if (!it_->wait(seconds{60})) throw std::runtime_error("the service does not stop");
  it_.reset();
}

void service::kill() {
  it_->send_signal(SIGKILL);
  it_->wait(seconds{10});
  it_.reset();
}

double service::seconds_to_ready() {
  const auto begun = monotonic_us();
  start();
  while (ask(port_, "GET", "/readyz").status != 200) {
    if (monotonic_us() - begun > 120'000'000) throw std::runtime_error("it does not become ready");
    poll(nullptr, 0, 2);
  }
  return static_cast<double>(monotonic_us() - begun) / 1e6;
}

void service::wait_until_idle() const {
  constexpr int window_ms = 500;
  constexpr double busy = 0.05 * window_ms * 1000;
  const auto deadline = monotonic_us() + 60'000'000;
  for (double used = busy; used >= busy && monotonic_us() < deadline;) {
    const auto before = cpu_us();
    poll(nullptr, 0, window_ms);
    used = cpu_us() - before;
  }
}

double service::cpu_us() const {
  return static_cast<double>(cpu_time(pid()).count());
}

std::uint64_t service::backlog(std::string_view connector) const {
  return figure_in(ask(port_, "GET", fmt::format("/v1/connectors/{}", connector)).body, "backlog");
}

void service::post(std::string_view target, std::string_view body) const {
  const auto answer = ask(port_, "POST", target, body);
  if (answer.status / 100 != 2)
    throw std::runtime_error(fmt::format("{}: {} {}", target, answer.status, answer.body));
}

std::vector<std::pair<double, double>> service::histogram_of(std::string_view family) const {
  const auto mark = fmt::format("{}_bucket{{le=\"", family);
  std::vector<std::pair<double, double>> buckets;
  std::istringstream text(ask(port_, "GET", "/metrics").body);
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with(mark)) continue;
    const auto rest = line.substr(mark.size());
    if (rest.starts_with("+Inf")) continue;
    buckets.emplace_back(std::stod(rest), std::stod(rest.substr(rest.find('}') + 1)));
  }
  return buckets;
}

double quantile_between(const std::vector<std::pair<double, double>>& before,
                        const std::vector<std::pair<double, double>>& after, double share) {
  if (after.empty()) return 0;
  const auto counted = [&](std::size_t i) {
    return after[i].second - (i < before.size() ? before[i].second : 0);
  };
  const double wanted = share * counted(after.size() - 1);
  double below = 0;
  double lower = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const double here = counted(i);
    if (here >= wanted && here > below)
      return lower + (after[i].first - lower) * (wanted - below) / (here - below);
    below = here;
    lower = after[i].first;
  }
  return 0;
}

}  // namespace airtrain::harness
