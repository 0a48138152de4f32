#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/delivery.hpp"

namespace airtrain::embedded {

/// Keys on disk, big endian throughout. See docs/architecture.md for what each family holds.

/// Events are indexed in blocks of this many consecutive sequence numbers.
constexpr std::uint64_t block_events = 4096;
constexpr std::uint64_t block_of(std::uint64_t seq) {
  return seq / block_events;
}

/// Of the live row in `cur`; no connector has this number.
constexpr connector_id live_row_id = 0xffff'ffff;

std::string event_key(std::uint64_t seq);
std::string block_key(std::uint64_t block);
std::string cursor_key(connector_id connector);

std::string held_key(connector_id connector, delivery_key key);
/// Beside the held row, or alone for one that is parked, open or not yet taken: the event with its
/// one route, as a row of `ev`, once the log no longer has it.
std::string payload_key(connector_id connector, delivery_key key);
std::string held_prefix(connector_id connector);
struct held_position {
  connector_id connector = 0;
  delivery_key key;
  bool is_payload = false;
};
std::optional<held_position> held_position_from(std::string_view key);

std::string due_key(connector_id connector, std::int64_t due_ms, delivery_key key);
std::string due_prefix(connector_id connector);
struct due_position {
  connector_id connector = 0;
  std::int64_t due_ms = 0;
  delivery_key key;
};
std::optional<due_position> due_position_from(std::string_view key);

std::string park_key(connector_id connector, lane_id lane, delivery_key first);
std::string park_prefix(connector_id connector, lane_id lane);
struct park_position {
  connector_id connector = 0;
  lane_id lane = no_lane;
  delivery_key first;
};
std::optional<park_position> park_position_from(std::string_view key);

/// One flush's attempts of one connector at events of one block; `serial` is the flush's.
std::string attempts_key(std::uint64_t block, connector_id connector, std::uint64_t serial);
std::string attempts_prefix(std::uint64_t block, connector_id connector);

/// (source, id) as 16 bytes; the first 8 depend on the id alone, so that it can be looked up.
struct id_hash {
  std::uint64_t of_id = 0;
  std::uint64_t of_both = 0;
  bool operator==(const id_hash&) const = default;
};
id_hash hash_of(std::string_view source, std::string_view id);
void append_dedupe_key(std::string& out, std::uint32_t bucket, id_hash hash);
constexpr std::size_t dedupe_key_bytes = 20;
std::string dedupe_prefix(std::uint32_t bucket, std::string_view id);

std::string audit_key(std::int64_t at_ms, std::uint64_t serial);

/// Keys of `meta`.
constexpr std::string_view meta_edge = "edge";                ///< events below it are gone
constexpr std::string_view meta_schema = "schema";            ///< of all families
constexpr std::string_view meta_starts = "starts";            ///< how often it was opened
constexpr std::string_view meta_commits = "commits";          ///< number of the last synced commit
constexpr std::string_view meta_clock_doubt = "clock-doubt";  ///< ms left of it, about
constexpr std::string_view meta_connectors = "connector/";
constexpr std::string_view meta_buckets = "bucket/";
constexpr std::string_view meta_newest_effects = "newest/";
std::string connector_key(connector_id connector);
std::string bucket_key(std::uint32_t bucket);
std::string owner_state_key(connector_id connector);
std::string newest_effect_key(connector_id connector, lane_id lane);

/// The first key after all that start with `prefix`.
std::string after_prefix(std::string prefix);

}  // namespace airtrain::embedded
