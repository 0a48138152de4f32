#pragma once

#include <functional>
#include <map>
#include <utility>

#include "messages/instant.hpp"
#include "tests/sim/dice.hpp"

namespace airtrain::sim {

/// Virtual time: what happens when. Nothing else moves the clocks.
class agenda {
 public:
  instant now() const {
    return {steady_, wall_at_zero_ms_ + std::chrono::duration_cast<milliseconds>(steady_).count()};
  }
  /// Somebody sets the wall clock.
  void jump(milliseconds by) { wall_at_zero_ms_ += by.count(); }
  void at(microseconds when, std::function<void()> what) {
    entries_.emplace(std::pair{std::max(when, steady_), serial_++}, std::move(what));
  }
  void after(microseconds delay, std::function<void()> what) {
    at(steady_ + delay, std::move(what));
  }
  /// Lets the next thing happen. False: nothing is left.
  bool run_next() {
    if (entries_.empty()) return false;
    auto next = entries_.extract(entries_.begin());
    steady_ = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  std::int64_t wall_at_zero_ms_ = 1'700'000'000'000;
  microseconds steady_{1'000'000};
  std::uint64_t serial_ = 0;
  std::map<std::pair<microseconds, std::uint64_t>, std::function<void()>> entries_;
};

}  // namespace airtrain::sim
