#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/delivery.hpp"
#include "messages/verdict.hpp"

namespace airtrain {

/// Strongest last. A connector shows its strongest state.
enum class connector_state : std::uint8_t { running, throttled, open, held, paused, failed };

enum class breaker_state : std::uint8_t { closed, open, half_open, forced_open, disabled };

/// What a dispatcher knows of its connector. Backlog and dead letters are counted by the store.
struct connector_status {
  connector_state state = connector_state::running;
  std::string why;            ///< for people; empty when running
  std::int64_t since_ms = 0;  ///< wall clock
  breaker_state breaker = breaker_state::closed;
  std::int64_t breaker_until_ms = 0;  ///< wall clock; 0: no time set
  std::uint32_t in_flight = 0;
  std::uint32_t concurrency_limit = 0;
  std::uint32_t window = 0;  ///< deliveries taken and not settled
  std::uint64_t lanes_stopped = 0;
  /// Ever, over restarts; a crash takes up to its last 5 s back.
  std::uint64_t delivered_total = 0;
  std::int64_t last_error_at_ms = 0;  ///< 0: none
  answer_class last_error_class = answer_class::retry;
  int last_error_status = 0;
  std::string last_error;
};

/// Something that happened to a connector, for logs and metrics.
struct connector_event {
  enum class kind : std::uint8_t {
    breaker_changed,  ///< `breaker`
    state_changed,    ///< `state`
    lane_stopped,
    lane_released,
    suspected_poison,  ///< `key` alone keeps the circuit open
    crashed,           ///< its connector or supervisor threw; it is started again
  };
  kind what = kind::state_changed;
  connector_state state = connector_state::running;
  breaker_state breaker = breaker_state::closed;
  delivery_key key;
  std::string message;  ///< one line for people, no secrets
};

/// One thing a delivery waits for.
struct wait_reason {
  std::string what;           ///< stable code: retry, lane, stopped_lane, breaker, hold, pause,
                              ///< throttle, rate_limit, concurrency, behind, failed
  std::string id;             ///< of what it waits for, where there is one ("seq.part", lane, or
                              ///< the name of a shared rate limit)
  std::int64_t until_ms = 0;  ///< wall clock; 0: unknown
};
struct waits {
  std::vector<wait_reason> waits_for;
  std::int64_t earliest_ms = 0;  ///< wall clock; 0: unknown
};

std::string_view to_string(connector_state value);
std::string_view to_string(breaker_state value);

}  // namespace airtrain
