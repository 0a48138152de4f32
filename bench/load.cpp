// Posts events over keep-alive connections, one request at a time on each, and prints what was
// acknowledged and how fast as one JSON line.
//
// Closed loop by default (each connection sends as soon as it was answered). With --rate the events
// are sent at fixed times whether or not earlier ones were answered, and every time is measured
// from the moment an event was due: no coordinated omission.
//
// With --retry yes a lost or refused request is sent again with the same ids until acknowledged or
// the time is over. --ledger FILE gets every acknowledged id, a line each.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/options.hpp"
#include "bench/harness/sockets.hpp"

namespace {

using namespace airtrain::harness;

struct batch {
  std::uint64_t first_id = 0;
  std::uint64_t due_us = 0;
};

struct connection {
  int socket = -1;
  std::string in;
  std::string out;
  bool busy = false;
  bool connecting = true;
  batch carries;
};

class generator {
 public:
  explicit generator(const options& given)
      : port_(static_cast<std::uint16_t>(given.number("port"))),
        path_(given.text("path")),
        type_(given.text("type")),
        prefix_(given.text("id-prefix")),
        batch_(static_cast<std::uint64_t>(given.number("batch"))),
        events_max_(static_cast<std::uint64_t>(given.number("events"))),
        rate_(static_cast<std::uint64_t>(given.number("rate"))),
        keys_(static_cast<std::uint64_t>(given.number("keys"))),
        retry_(given.text("retry") == "yes"),
        filler_(static_cast<std::size_t>(given.number("filler")), 'x'),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        started_(monotonic_us()),
        ends_(started_ + static_cast<std::uint64_t>(given.number("seconds")) * 1'000'000),
        connections_(static_cast<std::size_t>(given.number("connections"))) {
    if (!given.text("ledger").empty()) ledger_.open(given.text("ledger"), std::ios::app);
  }

  int run() {
    for (auto& each : connections_) open(each);
    std::vector<epoll_event> ready(512);
    while (!finished()) {
      send_due();
      const int patience = rate_ > 0 ? patience_ms() : 100;
      const int n = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience);
      for (int i = 0; i < n; ++i) serve(*by_socket_[ready[static_cast<std::size_t>(i)].data.fd]);
      for (auto& each : connections_)
        if (each.socket < 0) open(each);
    }
    report();
    return errors_ == 0 || retry_ ? 0 : 1;
  }

 private:
  bool finished() const {
    if (monotonic_us() >= ends_) return true;
    return events_max_ > 0 && acknowledged_ + given_up_ >= events_max_;
  }

  void open(connection& each) {
    try {
      each = {};
      each.socket = connect_to_loopback(port_);
    } catch (const std::system_error&) {
      each.socket = -1;
      ++errors_;
      return;
    }
    by_socket_[each.socket] = &each;
    watch(each, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
  }

  void watch(connection& each, std::uint32_t what, int how) {
    epoll_event event{};
    event.events = what;
    event.data.fd = each.socket;
    epoll_ctl(epoll_, how, each.socket, &event);
  }

  void lost(connection& each) {
    ++errors_;
    if (each.busy) put_back(each.carries);
    by_socket_.erase(each.socket);
    close(each.socket);
    each.socket = -1;
    each.busy = false;
    if (!retry_) return;
    // The service may be restarting: don't spin on a refused port.
    epoll_wait(epoll_, std::vector<epoll_event>(1).data(), 1, 1);
  }

  void put_back(const batch& what) {
    if (retry_)
      again_.push_back(what);
    else
      given_up_ += batch_;
  }

  void serve(connection& each) {
    if (each.connecting) {
      each.connecting = false;
      watch(each, EPOLLIN, EPOLL_CTL_MOD);
      if (!each.busy) idle_.push_back(&each);
    }
    if (!read_some(each.socket, each.in)) return lost(each);
    if (!each.out.empty()) write_on(each);
    const auto whole = first_message(each.in);
    if (!whole || !each.busy) return;
    finish(each, status_of(whole->head));
    each.in.erase(0, whole->size());
    each.busy = false;
    if (rate_ == 0)
      start(each);
    else
      idle_.push_back(&each);
  }

  void finish(connection& each, int status) {
    if (status != 202 && status != 200) {
      ++refused_;
      return put_back(each.carries);
    }
    const auto now = monotonic_us();
    acknowledgement_.add(now - each.carries.due_us);
    acknowledged_ += batch_;
    last_ = now;
    if (ledger_.is_open()) {
      for (std::uint64_t i = 0; i < batch_; ++i)
        ledger_ << prefix_ << each.carries.first_id + i << '\n';
      ledger_.flush();
    }
  }

  bool next(batch& what) {
    if (!again_.empty()) {
      what = again_.front();
      again_.pop_front();
      return true;
    }
    if (events_max_ > 0 && made_ >= events_max_) return false;
    const auto now = monotonic_us();
    what = {made_, now};
    if (rate_ > 0) {
      what.due_us = started_ + made_ * 1'000'000 / rate_;
      if (what.due_us > now) return false;
    }
    made_ += batch_;
    return true;
  }

  void start(connection& each) {
    if (!next(each.carries)) {
      idle_.push_back(&each);
      return;
    }
    each.busy = true;
    write_request(each);
    write_on(each);
  }

  void write_on(connection& each) {
    if (!write_some(each.socket, each.out)) return lost(each);
    watch(each, each.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }

  void send_due() {
    while (!idle_.empty()) {
      auto* each = idle_.back();
      if (each->socket < 0 || each->busy || each->connecting) {
        idle_.pop_back();
        continue;
      }
      batch what;
      if (!next(what)) return;
      idle_.pop_back();
      each->carries = what;
      each->busy = true;
      write_request(*each);
      write_on(*each);
    }
  }

  int patience_ms() const {
    const auto due = started_ + made_ * 1'000'000 / rate_;
    const auto now = monotonic_us();
    return due <= now ? 0 : static_cast<int>((due - now) / 1000);
  }

  void write_event(std::uint64_t id, std::uint64_t due_us) {
    fmt::format_to(
        std::back_inserter(body_),
        R"({{"type":"{}","id":"{}{}","source":"/bench","data":{{"t":{},"id":"{}{}","employee_id":"E{}",)"
        R"("dept":"nursing","new_shift":"2026-12-01T07:00:00Z","hours":12.50,"note":"{}"}}}})",
        type_, prefix_, id, due_us, prefix_, id, keys_ == 0 ? id : id % keys_, filler_);
  }

  void write_request(connection& each) {
    body_.clear();
    if (batch_ > 1) body_ += '[';
    for (std::uint64_t i = 0; i < batch_; ++i) {
      if (i > 0) body_ += ',';
      write_event(each.carries.first_id + i, each.carries.due_us);
    }
    if (batch_ > 1) body_ += ']';
    each.out.clear();
    fmt::format_to(std::back_inserter(each.out),
                   "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n"
                   "Content-Length: {}\r\n\r\n{}",
                   path_, port_, body_.size(), body_);
  }

  void report() const {
    const double elapsed =
        static_cast<double>((last_ > started_ ? last_ : monotonic_us()) - started_) / 1e6;
    fmt::print(
        R"({{"acknowledged":{},"seconds":{:.3f},"per_second":{:.0f},"refused":{},"connection_errors":{},"acknowledge_us":{}}})"
        "\n",
        acknowledged_, elapsed, static_cast<double>(acknowledged_) / elapsed, refused_, errors_,
        acknowledgement_.json());
  }

  std::uint16_t port_;
  std::string path_;
  std::string type_;
  std::string prefix_;
  std::uint64_t batch_;
  std::uint64_t events_max_;
  std::uint64_t rate_;
  std::uint64_t keys_;
  bool retry_;
  std::string filler_;
  int epoll_;
  std::uint64_t started_;
  std::uint64_t ends_;
  std::vector<connection> connections_;
  std::unordered_map<int, connection*> by_socket_;
  std::vector<connection*> idle_;
  std::deque<batch> again_;
  std::ofstream ledger_;
  std::string body_;
  histogram acknowledgement_;
  std::uint64_t made_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t given_up_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const options given(argc, argv,
                      {{"port", "8080"},
                       {"path", "/v1/events"},
                       {"type", "staff_schedule_updated"},
                       {"id-prefix", "e"},
                       {"connections", "64"},
                       {"batch", "1"},
                       {"events", "0"},
                       {"seconds", "10"},
                       {"rate", "0"},
                       {"keys", "0"},
                       {"filler", "250"},
                       {"retry", "no"},
                       {"ledger", ""}});
  return generator(given).run();
}
