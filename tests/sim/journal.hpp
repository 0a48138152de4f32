#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

#include "messages/delivery.hpp"
#include "messages/settlement.hpp"
#include "tests/sim/agenda.hpp"

namespace airtrain::sim {

/// A promise was broken.
class violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
void demand(bool holds, fmt::format_string<Args...> what, Args&&... args) {
  if (!holds) throw violation(fmt::format(what, std::forward<Args>(args)...));
}

inline std::string text(const delivery_key& key) {
  return fmt::format("{}.{}", key.seq, key.part);
}

inline std::string text(const blocked_lane& lane) {
  return fmt::format(
      "lane {}{}{}{}", lane.lane, lane.stopped ? ", stopped by " + text(lane.stopped_by) : "",
      lane.aside_count > 0
          ? fmt::format(", {} aside from {}", lane.aside_count, text(lane.first_aside))
          : "",
      lane.waiting.empty() ? "" : ", waiting from " + text(lane.waiting.front()));
}

/// What happened when, to stdout, for the reader of one seed.
class journal {
 public:
  journal(const agenda& time, bool on) : time_(time), on_(on) {}

  template <class... Args>
  void note(fmt::format_string<Args...> what, Args&&... args) const {
    if (!on_) return;
    const auto at = time_.now().steady.count();
    fmt::print("{:>4}.{:06} {}\n", at / 1'000'000, at % 1'000'000,
               fmt::format(what, std::forward<Args>(args)...));
    std::fflush(stdout);
  }

 private:
  const agenda& time_;
  bool on_;
};

}  // namespace airtrain::sim
