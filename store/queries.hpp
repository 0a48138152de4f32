#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/delivery.hpp"
#include "messages/settlement.hpp"

namespace airtrain {

/// Plain values that go in and out of the store's questions and operations.

/// At most `limit` items; `next` continues after the last one, empty: no more.
template <class T>
struct page {
  std::vector<T> items;
  std::string next;
};

struct page_request {
  std::string after;  ///< an earlier page's `next`; unreadable: as if empty
  std::uint32_t limit = 100;
};

struct connector_counts {
  connector_id id = 0;
  std::string name;
  bool opened = false;                  ///< since this start; false: orphaned
  std::uint64_t backlog = 0;            ///< deliveries not ended
  std::uint64_t backlog_bytes = 0;      ///< of their events
  std::uint64_t backlog_bytes_max = 0;  ///< `backlog_max`; 0: none
  std::uint64_t dead_letters = 0;       ///< dead and expired, kept
  std::uint64_t lanes_stopped = 0;
  std::int64_t oldest_accepted_ms = 0;  ///< of the backlog, wall clock; 0: none
};

struct dead_letter_id {
  connector_id connector = 0;
  delivery_key key;
  auto operator<=>(const dead_letter_id&) const = default;
};
/// "<connector number>.<seq>.<part>", as the API shows it.
std::string to_string(const dead_letter_id& id);
std::optional<dead_letter_id> dead_letter_id_from(std::string_view text);

struct delivery_detail {
  connector_id connector = 0;
  std::string connector_name;
  delivery_key key;
  lane_id lane = no_lane;
  delivery_state state = delivery_state::pending;
  reason why = reason::none;
  delivery_history history;
  std::vector<attempt_record> attempts;  ///< oldest first; as far as kept
  std::int64_t next_attempt_ms = 0;      ///< wall clock; 0: none set
};

struct event_detail {
  std::uint64_t seq = 0;
  event_ref event;
  std::vector<delivery_detail> deliveries;
};

/// Time bounds are on acceptance, wall clock, since <= t < until; 0: open.
struct event_query {
  page_request page;
  std::string type;  ///< exact; empty: any
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;
};
struct event_summary {
  std::uint64_t seq = 0;
  event_ref event;
  std::uint32_t deliveries = 0;
};

struct delivery_query {
  page_request page;
  std::optional<connector_id> connector;
  std::optional<delivery_state> state;
};
struct delivery_summary {
  event_ref event;
  delivery_detail delivery;
};

/// Lanes of one connector that can't simply flow, by their numbers.
struct lane_query {
  page_request page;
  connector_id connector = 0;
  bool stopped_only = false;
};
/// What a page of it starts behind; unset: nothing.
std::optional<lane_id> lane_after(const lane_query& query);
bool is_asked_for(const lane_query& query, const blocked_lane& lane);

struct dead_letter_query {
  page_request page;
  std::optional<connector_id> connector;
  std::string type;
  std::optional<reason> why;
  std::optional<std::uint64_t> group;
  std::optional<delivery_state> state;  ///< dead or expired; unset: dead
  std::int64_t since_ms = 0;            ///< on the time it ended
  std::int64_t until_ms = 0;
};
struct dead_letter {
  dead_letter_id id;
  std::string connector_name;
  event_ref event;
  delivery_state state = delivery_state::dead;
  lane_id lane = no_lane;
  bool stops_lane = false;
  reason why = reason::none;
  std::string limit;
  std::uint64_t group = 0;
  delivery_history history;
  attempt_record last;
  rendered_ref rendered;
};

struct replay_options {
  bool new_key = false;  ///< a fresh idempotency key
  bool allow_reorder = false;
  bool dry_run = false;  ///< changes nothing: `done` counts what would be
};

/// What an operator does to a delivery that has not ended.
enum class delivery_change : std::uint8_t {
  retry,        ///< one that waits for its time: due now
  discard,      ///< ends as discarded
  dead_letter,  ///< ends as a dead letter, which does not stop its lane
  rerender,     ///< an attempted one: its next attempt is made by the current mapping
};
struct change_options {
  delivery_change what = delivery_change::retry;
  bool new_key = false;  ///< of rerender: a fresh idempotency key, also where nothing is frozen
  bool dry_run = false;  ///< changes nothing: `done` counts what would be
};

struct bulk_refusal {
  dead_letter_id id;
  /// not_found; would_reorder, earlier_pending (replay: deliveries of its lane wait that come
  /// before it); of a change: in_flight (it is with its owner), not_waiting (retry), not_attempted
  /// (rerender), too_far_behind (more than may be open lie before it)
  std::string code;
};
/// What a bulk action did, and the lanes and connectors whose owners must now be told.
struct bulk_result {
  std::uint64_t done = 0;
  std::vector<bulk_refusal> refused;
  struct changed_connector {
    connector_id connector = 0;
    std::vector<blocked_lane> lanes;  ///< as they are now; a lane that flows has neither flag set
    std::vector<delivery_key> ended;  ///< waited for their time in a lane, and do so no more
  };
  std::vector<changed_connector> changed;
};

struct audit_record {
  std::int64_t at_ms = 0;
  std::string who;      ///< the key's name, or "loopback"
  std::string action;   ///< e.g. "dead_letters.replay"
  std::string target;   ///< what it was done to
  std::string from;     ///< the peer's address
  std::string outcome;  ///< "done", "denied", "failed: ..."
};
struct audit_query {
  page_request page;
};

/// For metrics; counts since the start.
struct store_figures {
  std::uint64_t bytes = 0;  ///< on disk
  std::uint64_t commits = 0;
  std::uint64_t committed_events = 0;
  std::uint64_t fenced_writes = 0;
  std::uint64_t damaged_files = 0;                ///< as the last check of all blocks found them
  std::uint64_t purged_dead_letters = 0;          ///< older than `retention_dead_letters`
  std::uint64_t queue_depth = 0;                  ///< publish requests waiting
  std::vector<std::uint64_t> commit_us_log2;      ///< histogram: [i] counts 2^(i-1) < us <= 2^i
  std::vector<std::uint64_t> commit_events_log2;  ///< same, events per commit
};

}  // namespace airtrain
