// A stand-in for an external system that works on so many requests at once. What is above that
//   --mode queue     waits its turn: latency rises, goodput does not fall;
//   --mode refuse    is answered 429;
//   --mode degrade   is taken in all the same, and slows everything down.
//
//   POST /_control?capacity=N   from now on
//   GET  /_stats                counts, those present now, latency since the last reset, as JSON
//   POST /_reset                latency, refused and peak from zero

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <map>
#include <string>

#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/options.hpp"
#include "bench/harness/peer_loop.hpp"

namespace {

using namespace airtrain::harness;

constexpr std::string_view accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view refusal = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n";
/// How much more than its fair part each request suffers from too many beside it.
constexpr double degradation = 1.5;

class capacity_sink {
 public:
  explicit capacity_sink(const options& given)
      : loop_([this](peer& from) { take_all(from); }),
        mode_(given.text("mode")),
        capacity_(static_cast<std::uint64_t>(given.number("capacity"))),
        service_us_(static_cast<std::uint64_t>(given.number("service-ms")) * 1000) {
    fmt::print("listening on 127.0.0.1:{}\n", loop_.open({}));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      loop_.turn(patience_ms());
      finish_due();
    }
  }

 private:
  struct request {
    int socket = -1;
    std::uint64_t peer_number = 0;
    std::uint64_t arrived_us = 0;
  };

  void take_all(peer& from) {
    std::size_t used = 0;
    while (const auto whole = first_message(std::string_view{from.in}.substr(used))) {
      used += whole->size();
      const auto begin = whole->head.find(' ') + 1;
      const auto target = whole->head.substr(begin, whole->head.find(' ', begin) - begin);
      if (target.starts_with("/_"))
        from.out += control(target);
      else
        take(from);
    }
    from.in.erase(0, used);
  }

  void take(peer& from) {
    if (mode_ == "refuse" && present_ >= capacity_) {
      ++refused_;
      from.out += refusal;
      return;
    }
    peak_ = std::max(peak_, ++present_);
    waiting_.push_back({from.socket, from.number, monotonic_us()});
    begin_waiting();
  }

  void begin_waiting() {
    while (!waiting_.empty() && (mode_ == "degrade" || served_.size() < capacity_)) {
      served_.emplace(monotonic_us() + service_us(), waiting_.front());
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
      const auto done = served_.begin()->second;
      served_.erase(served_.begin());
      --present_;
      ++delivered_;
      latency_.add(now - done.arrived_us);
      if (auto* to = loop_.find(done.socket, done.peer_number)) {
        to->out += accepted;
        loop_.flush(*to);
      }
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

  peer_loop loop_;
  std::string mode_;
  std::uint64_t capacity_;
  std::uint64_t service_us_;
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
