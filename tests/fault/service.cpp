#include "tests/fault/service.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/sockets.hpp"

namespace airtrain::test {

using namespace harness;
using std::chrono::seconds;

temporary_folder::temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "airtrain-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::filesystem::remove_all(path_);
}

stand_in::stand_in(const std::string& mode, int delay_ms)
    : process_({SINK_BINARY, "--mode", mode, "--delay-ms", std::to_string(delay_ms), "--key-field",
                "id"}),
      port_(wait_for_port(process_, seconds{10})) {}

std::uint64_t stand_in::delivered() const {
  return number_field(ask(port_, "GET", "/_stats").body, "delivered").value();
}

std::uint64_t stand_in::requests() const {
  return number_field(ask(port_, "GET", "/_stats").body, "requests").value();
}

std::string stand_in::ids() const {
  return ask(port_, "GET", "/_ids").body;
}

void stand_in::become(const std::string& mode, int delay_ms) {
  ask(port_, "POST", fmt::format("/_control?mode={}&delay_ms={}", mode, delay_ms));
}

service::service(const std::string& connectors, const std::string& http) {
  const int probe = listen_on_loopback(0);
  port_ = port_of(probe);
  close(probe);
  std::ofstream(folder_.path() / "airtrain.yaml")
      << fmt::format("data_dir: ./data\nhttp: {{ listen: \"127.0.0.1:{}\"{} }}\nconnectors:\n{}",
                     port_, http.empty() ? "" : ", " + http, connectors);
}

void service::start(const std::string& preload) {
  // Only for the child: a preloaded library must not come into this process's other children.
  if (!preload.empty()) setenv("LD_PRELOAD", preload.c_str(), 1);
  process_.emplace(std::vector<std::string>{AIRTRAIN_BINARY, "serve", "-c",
                                            (folder_.path() / "airtrain.yaml").string()},
                   (folder_.path() / "log").string());
  unsetenv("LD_PRELOAD");
  wait_for_port(*process_, seconds{30});
}

void service::kill_now() {
  process_->send_signal(SIGKILL);
  process_->wait(seconds{10});
}

std::optional<int> service::terminate() {
  process_->send_signal(SIGTERM);
  return process_->wait(seconds{60});
}

std::string service::log() const {
  std::ostringstream text;
  text << std::ifstream(folder_.path() / "log").rdbuf();
  return text.str();
}

std::uint64_t service::backlog(const std::string& connector) const {
  return number_field(ask(port_, "GET", "/v1/connectors/" + connector).body, "backlog").value();
}

std::uint64_t service::memory() const {
  return resident_memory(process_->pid());
}

std::string connector_yaml(const std::string& name, std::uint16_t port, const std::string& more) {
  return fmt::format(
      "  {}:\n    type: http\n    events: [\"*\"]\n    request: {{ url: "
      "\"http://127.0.0.1:{}/in\" }}\n{}",
      name, port, more);
}

bool full_run() {
  const char* given = std::getenv("FAULTS");
  return given != nullptr && std::string_view{given} == "full";
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = monotonic_us() + 30'000'000;
  while (!condition()) {
    if (monotonic_us() > deadline) return false;
    poll(nullptr, 0, 20);
  }
  return true;
}

}  // namespace airtrain::test
