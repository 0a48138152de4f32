#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace airtrain::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// All randomness of one simulation.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 .. n-1.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  /// Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  microseconds between(microseconds low, microseconds high) {
    return microseconds{between(low.count(), high.count())};
  }
  bool chance(double p) { return static_cast<double>(engine_() >> 11) * 0x1p-53 < p; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::uint64_t seed() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace airtrain::sim
