#pragma once

#include <map>
#include <optional>
#include <string>

#include "messages/outcome.hpp"
#include "tests/sim/dice.hpp"

namespace airtrain::sim {

/// How a target behaves for a while.
enum class mood {
  healthy,
  slow,
  resetting,
  hanging,       ///< until the attempt's time-out
  throttling,    ///< 429 with and without Retry-After
  garbage,       ///< answers that are no HTTP
  rejecting,     ///< everything, as after a wrong deployment
  forbidding,    ///< 403
  unauthorized,  ///< 401
  gone,          ///< 410 at a fixed URL
  conflicting,   ///< 409 for some
  erratic,       ///< any of these, anew each time
};
constexpr int moods = 12;

/// An external system, as scripted as one can be: it answers by its mood, and holds a grudge
/// against some events for ever (until it is healed).
class target {
 public:
  target(std::uint64_t seed, microseconds attempt_timeout)
      : dice_(seed), timeout_(attempt_timeout) {}

  struct answer {
    verdict what;
    microseconds after;
  };
  answer attempt(const attempt_order& order);
  void change_mood();
  void heal() { healed_ = true; }
  /// Its connector may be in a hold that only an operator ends.
  bool said_gone() const { return said_gone_; }

 private:
  enum class grudge { none, reject, fail };
  grudge grudge_against(std::string_view event);
  answer in_mood(mood now);

  dice dice_;
  microseconds timeout_;
  mood mood_ = mood::healthy;
  bool healed_ = false;
  bool said_gone_ = false;
  std::map<std::string, grudge, std::less<>> grudges_;
};

}  // namespace airtrain::sim
