#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/delivery.hpp"
#include "messages/verdict.hpp"

namespace airtrain::embedded {

/// Why a delivery has a row of its own in `held`.
enum class held_state : std::uint8_t {
  retry = 0,  ///< failed; a row in `due` says when it comes again
  aside = 1,  ///< attempted or replayed, and waits for its lane
  dead = 2,
  expired = 3,
};
constexpr bool ended(held_state state) {
  return state == held_state::dead || state == held_state::expired;
}

/// What is kept of a delivery that failed, was moved aside with a history, or is a dead letter.
struct held_record {
  held_state state = held_state::retry;
  lane_id lane = no_lane;
  failure_scope scope = failure_scope::connector;
  bool stops_lane = false;
  std::int64_t due_ms = 0;       ///< for retry
  std::int64_t accepted_ms = 0;  ///< of the event
  std::int64_t ended_ms = 0;     ///< for dead and expired
  reason why = reason::none;
  std::string limit;
  std::uint64_t group = 0;
  delivery_history history;
  attempt_record last;
  rendered_ref rendered;  ///< may be null
};

std::string encode(const held_record& record);
/// Nothing when the bytes are not such a record.
std::optional<held_record> decode_held_record(std::string_view bytes);

/// How a delivery with this record shows.
delivery_state shown(held_state state);

}  // namespace airtrain::embedded
