#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/event.hpp"
#include "messages/verdict.hpp"

namespace airtrain {

/// A connector's number in the store: given at its first appearance, never reused.
using connector_id = std::uint32_t;

/// The deliveries of one connector with the same ordering key share a lane: a hash of the key with
/// its type, so that `1` and `"1"` differ. 0: no lane.
using lane_id = std::uint64_t;
constexpr lane_id no_lane = 0;

/// Names one delivery of a connector: the event's place in commit order, and the part of it.
struct delivery_key {
  std::uint64_t seq = 0;
  std::uint16_t part = 0;
  auto operator<=>(const delivery_key&) const = default;
};

enum class delivery_state : std::uint8_t {
  pending,  ///< never attempted
  waiting,  ///< attempted, or held back
  in_flight,
  orphaned,  ///< its connector is gone from the configuration
  delivered,
  dead,
  expired,
  discarded,
};
constexpr bool ended(delivery_state s) {
  return s >= delivery_state::delivered;
}

/// What stays the same over all attempts once a failed one is on record: the mapped parts of the
/// request. Secrets are not in here: they are filled in for each attempt.
struct rendered_request {
  std::string target;   ///< path and query, mapped
  std::string headers;  ///< mapped header lines, "Name: value\r\n" each
  std::string body;
  bool body_is_event_data =
      false;  ///< the body is the event's data, byte for byte; `body` is empty
};
using rendered_ref = std::shared_ptr<const rendered_request>;

/// What is remembered of a delivery's earlier attempts.
struct delivery_history {
  std::uint32_t attempts = 0;              ///< attempts on record
  std::uint32_t event_scope_failures = 0;  ///< those that count against max_attempts
  std::int64_t first_attempt_at_ms = 0;    ///< wall clock
  std::int64_t last_attempt_at_ms = 0;
  /// The connector's reachable clock at the first event-scope failure; -1: none yet.
  std::int64_t first_event_failure_reachable_ms = -1;
  /// The connector's count of delivered at the last failure: tells "others went through meanwhile".
  std::uint64_t delivered_at_last_failure = 0;
  bool lift_deadline = false;        ///< a replay lifts the deadline
  std::uint32_t key_generation = 0;  ///< counts renewed idempotency keys
};

/// One unit of work: carry this event to one connector.
struct delivery {
  delivery_key key;
  event_ref event;
  lane_id lane = no_lane;
  delivery_history history;
  rendered_ref rendered;  ///< frozen parts; null until a failed attempt is on record
};

/// One attempt on record.
struct attempt_record {
  std::uint32_t n = 0;     ///< from 1
  std::int64_t at_ms = 0;  ///< wall clock
  answer_class outcome = answer_class::retry;
  reason why = reason::none;
  int status = 0;
  std::int32_t took_ms = 0;
  std::string answer;
};

std::string_view to_string(delivery_state value);
std::optional<delivery_state> delivery_state_from(std::string_view name);

/// The delivery's id in the API and the logs, and its default idempotency key: a function of
/// source, id, connector and part alone, so that it survives restarts and restores.
std::string delivery_identity(std::string_view source, std::string_view id,
                              std::string_view connector, std::uint16_t part,
                              std::uint32_t key_generation = 0);

}  // namespace airtrain
