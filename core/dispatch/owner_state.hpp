#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/dispatch/circuit_breaker.hpp"
#include "core/dispatch/hold.hpp"

namespace airtrain {

/// What a connector's dispatcher remembers over a restart and a take-over, beside what the store
/// keeps of each delivery. All times are wall clock.
struct owner_state {
  kept_breaker breaker;
  hold_kind held = hold_kind::none;
  std::int64_t held_since_ms = 0;
  std::string held_message;
  bool paused = false;
  std::int64_t state_since_ms = 0;
  std::int64_t throttled_until_ms = 0;
  std::int64_t closed_at_ms = 0;  ///< when the circuit last closed
  std::int64_t reachable_ms = 0;
  std::uint64_t delivered_total = 0;
  std::uint32_t reject_run = 0;
  std::uint64_t reject_group = 0;
  std::uint32_t refused_run = 0;
};

/// Text, `name=value` a line under a first line with the version. Unknown names are skipped, so
/// that an older release reads what a newer one kept.
std::string encode(const owner_state& state);
/// Unset: not a state of a known version.
std::optional<owner_state> decode_owner_state(std::string_view text);

}  // namespace airtrain
