// A stand-in for an external system: takes POSTs, counts them, keeps a ledger of what it answered
// with success, and misbehaves on demand.
//
//   POST /_control?mode=ok|fail|throttle|hang&delay_ms=N   how it answers from now on
//   GET  /_stats                                           counts and latency as JSON
//   GET  /_ids                                             the ledger, one key a line
//   POST /_reset                                           counts and latency from zero
//
// Latency: from the number in the body's field "t" (CLOCK_MONOTONIC, us) to its arrival here.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/options.hpp"
#include "bench/harness/sockets.hpp"

namespace {

using namespace airtrain::harness;

constexpr std::string_view accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view failed =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"
    "database is down\n";
constexpr std::string_view throttled =
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";

struct connection {
  int socket = -1;
  std::string in;
  std::string out;
  bool wants_write = false;
};

class sink {
 public:
  explicit sink(const options& given)
      : listener_(listen_on_loopback(static_cast<std::uint16_t>(given.number("port")))),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        mode_(given.text("mode")),
        delay_us_(static_cast<std::uint64_t>(given.number("delay-ms")) * 1000),
        key_field_(given.text("key-field")),
        ledger_wanted_(given.text("ledger") == "yes") {
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
    fmt::print("listening on 127.0.0.1:{}\n", port_of(listener_));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    std::vector<epoll_event> ready(512);
    for (;;) {
      const int n = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience_ms());
      for (int i = 0; i < n; ++i) {
        const int socket = ready[static_cast<std::size_t>(i)].data.fd;
        if (socket == listener_)
          accept_all();
        else
          serve(socket);
      }
      answer_delayed();
    }
  }

 private:
  void watch(int socket, std::uint32_t what, int how) {
    epoll_event event{};
    event.events = what;
    event.data.fd = socket;
    epoll_ctl(epoll_, how, socket, &event);
  }

  void accept_all() {
    for (int socket; (socket = accept_from(listener_)) >= 0;) {
      auto made = std::make_shared<connection>();
      made->socket = socket;
      connections_[socket] = std::move(made);
      watch(socket, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void serve(int socket) {
    const auto found = connections_.find(socket);
    if (found == connections_.end()) return;
    const auto peer = found->second;
    if (!read_some(socket, peer->in)) return drop(*peer);
    std::size_t used = 0;
    while (auto whole = first_message(std::string_view{peer->in}.substr(used))) {
      used += whole->size();
      take(peer, *whole);
    }
    peer->in.erase(0, used);
    flush(*peer);
  }

  void drop(connection& peer) {
    close(peer.socket);
    connections_.erase(std::exchange(peer.socket, -1));
  }

  void flush(connection& peer) {
    if (peer.socket < 0) return;
    if (!write_some(peer.socket, peer.out)) return drop(peer);
    const bool wants = !peer.out.empty();
    if (wants != std::exchange(peer.wants_write, wants))
      watch(peer.socket, wants ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
  }

  void take(const std::shared_ptr<connection>& peer, const message& whole) {
    const auto target_begin = whole.head.find(' ') + 1;
    const auto target =
        whole.head.substr(target_begin, whole.head.find(' ', target_begin) - target_begin);
    if (target.starts_with("/_")) {
      peer->out += control(target);
      return;
    }
    const auto now = monotonic_us();
    ++requests_;
    if (const auto sent = number_field(whole.body, "t"); sent && *sent <= now)
      latency_.add(now - *sent);
    if (mode_ == "hang") return;
    if (mode_ == "ok") remember(whole);
    const auto answer = mode_ == "ok" ? accepted : mode_ == "throttle" ? throttled : failed;
    if (mode_ != "ok") ++refused_;
    if (delay_us_ == 0)
      peer->out += answer;
    else
      delayed_.emplace(now + delay_us_, std::pair{std::weak_ptr{peer}, answer});
  }

  void remember(const message& whole) {
    ++answered_ok_;
    if (!ledger_wanted_) return;
    const auto key = key_field_.empty() ? header_value(whole.head, "idempotency-key")
                                        : string_field(whole.body, key_field_);
    if (++ledger_[std::string{key}] > 1) ++duplicates_;
  }

  std::string control(std::string_view target) {
    std::string body;
    if (target.starts_with("/_stats"))
      body = fmt::format(
          R"({{"requests":{},"delivered":{},"refused":{},"unique":{},"duplicates":{},"latency_us":{}}})"
          "\n",
          requests_, answered_ok_, refused_, ledger_.size(), duplicates_, latency_.json());
    if (target.starts_with("/_ids"))
      for (const auto& [key, count] : ledger_) body.append(key).append(1, '\n');
    if (target.starts_with("/_reset")) {
      latency_.clear();
      requests_ = refused_ = answered_ok_ = duplicates_ = 0;
      ledger_.clear();
    }
    if (target.starts_with("/_control")) {
      if (const auto at = target.find("mode="); at != target.npos)
        mode_ = target.substr(at + 5, target.find('&', at) - at - 5);
      if (const auto at = target.find("delay_ms="); at != target.npos)
        delay_us_ = std::stoull(std::string{target.substr(at + 9)}) * 1000;
    }
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.size(), body);
  }

  int patience_ms() const {
    if (delayed_.empty()) return -1;
    const auto now = monotonic_us();
    const auto due = delayed_.begin()->first;
    return due <= now ? 0 : static_cast<int>((due - now) / 1000 + 1);
  }

  void answer_delayed() {
    const auto now = monotonic_us();
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
      const auto [peer, answer] = delayed_.begin()->second;
      delayed_.erase(delayed_.begin());
      if (const auto alive = peer.lock()) {
        alive->out += answer;
        flush(*alive);
      }
    }
  }

  int listener_;
  int epoll_;
  std::string mode_;
  std::uint64_t delay_us_;
  std::string key_field_;
  bool ledger_wanted_;
  std::unordered_map<int, std::shared_ptr<connection>> connections_;
  std::multimap<std::uint64_t, std::pair<std::weak_ptr<connection>, std::string_view>> delayed_;
  std::unordered_map<std::string, std::uint32_t> ledger_;
  histogram latency_;
  std::uint64_t requests_ = 0;
  std::uint64_t answered_ok_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const options given(
      argc, argv,
      {{"port", "0"}, {"mode", "ok"}, {"delay-ms", "0"}, {"ledger", "yes"}, {"key-field", ""}});
  sink(given).run();
}
