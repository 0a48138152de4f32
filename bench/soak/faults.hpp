#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bench/harness/plot.hpp"
#include "bench/harness/service.hpp"
#include "bench/harness/stand_in.hpp"

namespace airtrain::bench {

/// Injects one fault after the other: a target is down, slow, throttles, hangs, resets, answers
/// errors, garbage or without end; where it may, the service is killed and started again. Drawn
/// from a seed.
class faults {
 public:
  faults(std::vector<const harness::stand_in*> targets, harness::service& service, bool kills,
         std::uint32_t seed);

  /// Does what is due; call it several times a second. `seconds`: since the start.
  void tick(double seconds);
  /// All targets well.
  void heal();
  const std::vector<harness::band>& injected() const { return injected_; }
  int restarts() const { return restarts_; }

 private:
  double between(double least, double most);
  void inject(double seconds);

  const std::vector<const harness::stand_in*> targets_;
  harness::service& service_;
  const bool kills_;
  std::mt19937 random_;
  double next_ = 2;
  int restarts_ = 0;
  std::vector<harness::band> injected_;
};

}  // namespace airtrain::bench
