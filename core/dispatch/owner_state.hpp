#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dispatch/circuit_breaker.hpp"
#include "core/dispatch/hold.hpp"
#include "core/dispatch/refusals.hpp"

namespace airtrain {

/// What a connector's dispatcher remembers over a restart and a take-over, beside what the store
/// keeps of each delivery. All times are wall clock.
struct owner_state {
  kept_breaker breaker;
  hold_kind held = hold_kind::none;
  std::int64_t held_since_ms = 0;
  std::string held_message;
  delivery_key sole_candidate;  ///< of a guard's hold, and how often it was rejected
  std::uint32_t sole_candidate_rejections = 0;
  bool paused = false;
  std::int64_t state_since_ms = 0;
  std::int64_t throttled_until_ms = 0;
  std::uint32_t throttles_in_a_row = 0;
  std::int64_t closed_at_ms = 0;  ///< when the circuit last closed
  std::int64_t reachable_ms = 0;
  std::uint64_t delivered_total = 0;
  std::uint32_t reject_run = 0;
  std::uint64_t reject_group = 0;
  std::uint32_t refused_run = 0;
  std::vector<refused_delivery> refused;
  delivery_key suspect;  ///< of keeping the circuit open alone, for so long
  std::int64_t suspect_for_ms = 0;
  std::uint64_t config_digest = 0;  ///< of the configuration it ran with; 0: unknown
  std::int64_t kept_at_ms = 0;
  std::int64_t clock_doubt_ms = 0;  ///< for how long the wall clock was not to be believed then
};

/// Text, `name=value` a line under a first line with the version. Unknown names are skipped, so
/// that an older release reads what a newer one kept.
std::string encode(const owner_state& state);
/// Unset: not a state of a known version.
std::optional<owner_state> decode_owner_state(std::string_view text);

}  // namespace airtrain
