#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "core/dispatch/adaptive_limit.hpp"

namespace airtrain::testing {

/// A target that works on so many requests at once, and what keeps it as busy as a limit allows, in
/// virtual time. What is above its capacity waits in its queue, or is refused.
class simulated_target {
 public:
  using time = std::chrono::microseconds;

  struct behaviour {
    std::uint32_t capacity = 8;
    time service{50'000};
    double spread = 0;            ///< sigma of a log-normal factor on `service`
    bool refuses = false;         ///< 429 above the capacity, instead of a queue
    double fails = 0;             ///< share of answers that are failures, at any load
    std::uint32_t lanes = 0;      ///< the first of so many takes 20 times as long; 0: none
    std::uint32_t offered = ~0u;  ///< at most so many are in flight, whatever the limit
  };

  simulated_target(std::uint32_t max, const adaptive_options& options) : limit(max, options) {}

  /// Lets this much time pass.
  void run(time length);
  /// Delivered per second, over the time of the last `run`.
  double goodput() const { return goodput_; }
  std::uint32_t most_in_flight() const { return most_in_flight_; }
  std::uint32_t refused() const { return refused_; }

  adaptive_limit limit;
  behaviour does;
  time now{1'000'000};

 private:
  struct request {
    std::uint64_t serial;
    time begun;
    bool refused, failed;
  };
  void begin();
  void end(const request& what);

  std::minstd_rand random_{7};
  std::vector<time> free_at_;  ///< when each of its workers is free
  std::multimap<time, request> in_flight_;
  std::uint64_t next_serial_ = 1;
  time paused_until_{0};
  std::uint32_t delivered_ = 0, refused_ = 0, most_in_flight_ = 0;
  double goodput_ = 0;
};

}  // namespace airtrain::testing
