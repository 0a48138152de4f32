// A stand-in for an external system: takes POSTs, counts them, keeps a ledger of what it answered
// with success, and misbehaves on demand.
//
//   POST /_control?mode=MODE&delay_ms=N&for_ms=N   how it answers from now on, or for so long; the
//                                                  modes are those of conduct.hpp
//   GET  /_stats                                   counts and latency as JSON
//   GET  /_lap                                     the same, and latency since the last lap
//   GET  /_ids                                     the ledger, one key a line
//   POST /_reset                                   counts, latency and ledger from zero
//
// Latency: from the number in the body's field "t" (CLOCK_MONOTONIC, us) to its arrival here.
// All of these also on a second port, without TLS, that stays open while it is `down`.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"
#include "bench/harness/options.hpp"
#include "bench/harness/peer_loop.hpp"
#include "bench/sink/conduct.hpp"
#include "bench/sink/ledger.hpp"

namespace {

using namespace airtrain::harness;
using namespace airtrain::bench;

conduct named_conduct(std::string_view name) {
  const auto known = conduct_of(name);
  if (known) return *known;
  fmt::print(stderr, "no such mode: {}\n", name);
  std::exit(2);
}

ledger::kind named_ledger(std::string_view name) {
  if (name == "no") return ledger::kind::none;
  return name == "numbers" ? ledger::kind::numbers : ledger::kind::keys;
}

std::optional<tls_identity> identity_of(const options& given) {
  if (given.text("tls-cert").empty()) return std::nullopt;
  return tls_identity(given.text("tls-cert"), given.text("tls-key"));
}

class sink {
 public:
  explicit sink(const options& given)
      : loop_([this](peer& from) { take_all(from); }),
        conduct_(named_conduct(given.text("mode"))),
        delay_us_(static_cast<std::uint64_t>(given.number("delay-ms")) * 1000),
        key_field_(given.text("key-field")),
        ledger_(named_ledger(given.text("ledger"))) {
    fmt::print("control on 127.0.0.1:{}\n", loop_.open({.stays = true}));
    fmt::print("listening on 127.0.0.1:{}\n",
               loop_.open({static_cast<std::uint16_t>(given.number("port")), identity_of(given)}));
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      loop_.turn(patience_ms());
      answer_delayed();
      keep_to_plan();
    }
  }

 private:
  struct delayed_answer {
    int socket;
    std::uint64_t number;
    conduct how;
  };

  void take_all(peer& from) {
    std::size_t used = 0;
    while (auto whole = first_message(std::string_view{from.in}.substr(used))) {
      used += whole->size();
      take(from, *whole);
    }
    from.in.erase(0, used);
  }

  void take(peer& from, const message& whole) {
    const auto begin = whole.head.find(' ') + 1;
    const auto target = whole.head.substr(begin, whole.head.find(' ', begin) - begin);
    if (target.starts_with("/_")) {
      from.out += control(target);
      return;
    }
    const auto now = monotonic_us();
    count(whole, now);
    if (delay_us_ == 0)
      answer(from, conduct_);
    else
      delayed_.emplace(now + delay_us_, delayed_answer{from.socket, from.number, conduct_});
  }

  void count(const message& whole, std::uint64_t now) {
    ++requests_;
    if (const auto sent = number_field(whole.body, "t"); sent && *sent <= now) {
      latency_.add(now - *sent);
      lap_.add(now - *sent);
    }
    if (conduct_ != conduct::ok) {
      if (conduct_ != conduct::hang) ++refused_;
      return;
    }
    ++answered_ok_;
    ledger_.add(key_field_.empty() ? header_value(whole.head, "idempotency-key")
                                   : string_field(whole.body, key_field_));
  }

  std::string control(std::string_view target) {
    std::string body;
    if (target.starts_with("/_stats")) body = stats("");
    if (target.starts_with("/_lap")) {
      body = stats(fmt::format(R"(,"lap_us":{})", lap_.json()));
      lap_.clear();
    }
    if (target.starts_with("/_ids")) body = ledger_.text();
    if (target.starts_with("/_reset")) {
      latency_.clear();
      lap_.clear();
      requests_ = refused_ = answered_ok_ = 0;
      ledger_.clear();
    }
    if (target.starts_with("/_control")) obey(target);
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.size(), body);
  }

  std::string stats(std::string_view more) const {
    return fmt::format(
        R"({{"requests":{},"delivered":{},"refused":{},"unique":{},"duplicates":{},"latency_us":{}{}}})"
        "\n",
        requests_, answered_ok_, refused_, ledger_.unique(), ledger_.duplicates(), latency_.json(),
        more);
  }

  static std::string_view parameter(std::string_view target, std::string_view name) {
    const auto at = target.find(name);
    if (at == target.npos) return {};
    const auto begin = at + name.size();
    return target.substr(begin, target.find('&', begin) - begin);
  }

  void obey(std::string_view target) {
    if (const auto mode = conduct_of(parameter(target, "mode="))) conduct_ = *mode;
    if (const auto text = parameter(target, "delay_ms="); !text.empty())
      delay_us_ = std::stoull(std::string{text}) * 1000;
    const auto lasting = parameter(target, "for_ms=");
    well_at_ = lasting.empty() ? 0 : monotonic_us() + std::stoull(std::string{lasting}) * 1000;
  }

  int patience_ms() const {
    auto due = well_at_ == 0 ? ~0ull : well_at_;
    if (!delayed_.empty()) due = std::min<std::uint64_t>(due, delayed_.begin()->first);
    if (due == ~0ull) return -1;
    const auto now = monotonic_us();
    return due <= now ? 0 : static_cast<int>((due - now) / 1000 + 1);
  }

  void answer_delayed() {
    const auto now = monotonic_us();
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
      const auto due = delayed_.begin()->second;
      delayed_.erase(delayed_.begin());
      auto* to = loop_.find(due.socket, due.number);
      if (to == nullptr) continue;
      answer(*to, due.how);
      loop_.flush(*to);
    }
  }

  /// Ends what was to last for a time, goes down and comes back; outside of any request.
  void keep_to_plan() {
    if (well_at_ != 0 && monotonic_us() >= well_at_) {
      well_at_ = 0;
      delay_us_ = 0;
      conduct_ = conduct::ok;
    }
    if (conduct_ == conduct::down)
      loop_.go_down();
    else
      loop_.come_back();
  }

  peer_loop loop_;
  conduct conduct_;
  std::uint64_t delay_us_;
  std::string key_field_;
  ledger ledger_;
  std::multimap<std::uint64_t, delayed_answer> delayed_;
  std::uint64_t well_at_ = 0;  ///< 0: it stays as it is
  histogram latency_;
  histogram lap_;
  std::uint64_t requests_ = 0;
  std::uint64_t answered_ok_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const options given(argc, argv,
                      {{"port", "0"},
                       {"mode", "ok"},
                       {"delay-ms", "0"},
                       {"ledger", "yes"},
                       {"key-field", ""},
                       {"tls-cert", ""},
                       {"tls-key", ""}});
  sink(given).run();
}
