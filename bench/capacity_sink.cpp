// A stand-in for an external system that works on so many requests at once. What is above that
//   --mode queue     waits its turn: latency rises, goodput does not fall;
//   --mode refuse    is answered 429;
//   --mode degrade   is taken in all the same, and slows everything down.
//
//   POST /_control?capacity=N   from now on
//   GET  /_stats                counts, those present now, latency since the last reset, as JSON
//   POST /_reset                latency, refused and peak from zero

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
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
constexpr std::string_view refusal = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n";
/// How much more than its fair part each request suffers from too many beside it.
constexpr double degradation = 1.5;

struct connection {
  int socket = -1;
  std::string in;
  std::string out;
};
struct request {
  std::weak_ptr<connection> from;
  std::uint64_t arrived_us = 0;
};

class capacity_sink {
 public:
  explicit capacity_sink(const options& given)
      : listener_(listen_on_loopback(0)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        mode_(given.text("mode")),
        capacity_(static_cast<std::uint64_t>(given.number("capacity"))),
        service_us_(static_cast<std::uint64_t>(given.number("service-ms")) * 1000) {
    watch(listener_);
    fmt::print("listening on 127.0.0.1:{}\n", port_of(listener_));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    std::vector<epoll_event> ready(256);
    for (;;) {
      const int n = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience_ms());
      for (int i = 0; i < n; ++i) {
        const int socket = ready[static_cast<std::size_t>(i)].data.fd;
        if (socket == listener_)
          accept_all();
        else
          serve(socket);
      }
      finish_due();
    }
  }

 private:
  void watch(int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void accept_all() {
    for (int socket; (socket = accept_from(listener_)) >= 0;) {
      auto made = std::make_shared<connection>();
      made->socket = socket;
      connections_[socket] = std::move(made);
      watch(socket);
    }
  }

  void serve(int socket) {
    const auto found = connections_.find(socket);
    if (found == connections_.end()) return;
    const auto peer = found->second;
    if (!read_some(socket, peer->in)) {
      close(socket);
      connections_.erase(found);
      return;
    }
    while (const auto whole = first_message(peer->in)) {
      const auto begin = whole->head.find(' ') + 1;
      const std::string target(whole->head.substr(begin, whole->head.find(' ', begin) - begin));
      peer->in.erase(0, whole->size());
      if (target.starts_with("/_"))
        answer(*peer, control(target));
      else
        take(peer);
    }
  }

  static void answer(connection& peer, std::string_view text) {
    peer.out += text;
    write_some(peer.socket, peer.out);  // answers are tiny: a socket takes them whole
  }

  void take(const std::shared_ptr<connection>& peer) {
    if (mode_ == "refuse" && present_ >= capacity_) {
      ++refused_;
      return answer(*peer, refusal);
    }
    peak_ = std::max(peak_, ++present_);
    waiting_.push_back({peer, monotonic_us()});
    begin_waiting();
  }

  void begin_waiting() {
    while (!waiting_.empty() && (mode_ == "degrade" || served_.size() < capacity_)) {
      served_.emplace(monotonic_us() + service_us(), std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }

  std::uint64_t service_us() const {
    if (mode_ != "degrade" || present_ <= capacity_) return service_us_;
    const double load = static_cast<double>(present_) / static_cast<double>(capacity_);
    return static_cast<std::uint64_t>(static_cast<double>(service_us_) *
                                      std::pow(load, degradation));
  }

  void finish_due() {
    const auto now = monotonic_us();
    while (!served_.empty() && served_.begin()->first <= now) {
      const auto done = std::move(served_.begin()->second);
      served_.erase(served_.begin());
      --present_;
      ++delivered_;
      latency_.add(now - done.arrived_us);
      if (const auto peer = done.from.lock()) answer(*peer, accepted);
    }
    begin_waiting();
  }

  std::string control(std::string_view target) {
    std::string body;
    if (target.starts_with("/_stats"))
      body =
          fmt::format(R"({{"delivered":{},"refused":{},"present":{},"peak":{},"latency_us":{}}})",
                      delivered_, refused_, present_, peak_, latency_.json());
    if (target.starts_with("/_reset")) {
      latency_.clear();
      refused_ = 0;
      peak_ = present_;
    }
    if (const auto at = target.find("capacity="); at != target.npos) {
      capacity_ = std::stoull(std::string{target.substr(at + 9)});
      begin_waiting();
    }
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.size(), body);
  }

  int patience_ms() const {
    if (served_.empty()) return -1;
    const auto now = monotonic_us();
    const auto due = served_.begin()->first;
    return due <= now ? 0 : static_cast<int>((due - now) / 1000 + 1);
  }

  int listener_;
  int epoll_;
  std::string mode_;
  std::uint64_t capacity_;
  std::uint64_t service_us_;
  std::unordered_map<int, std::shared_ptr<connection>> connections_;
  std::deque<request> waiting_;
  std::multimap<std::uint64_t, request> served_;  ///< by when each is done
  histogram latency_;
  std::uint64_t present_ = 0;
  std::uint64_t peak_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  capacity_sink(options(argc, argv, {{"mode", "queue"}, {"capacity", "8"}, {"service-ms", "50"}}))
      .run();
}
