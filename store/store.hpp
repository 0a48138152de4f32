#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/backlog_gate.hpp"
#include "messages/delivery.hpp"
#include "messages/result.hpp"
#include "messages/settlement.hpp"
#include "store/queries.hpp"

namespace airtrain {

/// Where one event goes: a connector, and the lane it has there, fixed at routing.
struct route {
  connector_id connector = 0;
  lane_id lane = no_lane;
  /// Its connector's backlog was full: it is a dead letter from the start. Decided by the store.
  bool refused = false;
};

struct publish_item {
  event_ref what;
  std::vector<route> routes;  ///< ascending by connector, each once; may be empty
};

/// The events of one request. Atomic: one conflict, or one that a full backlog refuses, and none of
/// them is accepted.
struct publish_request {
  std::vector<publish_item> items;
};

enum class publish_status : std::uint8_t {
  accepted,
  duplicate,  ///< the same (source, id) with the same content hash is known: nothing was written
  conflict,   ///< the same (source, id) with other content
  full,       ///< the backlog of a connector it goes to is full
  refused,    ///< another item of the request is in conflict, or full
};
struct published_event {
  publish_status status = publish_status::accepted;
  std::uint64_t seq = 0;  ///< of the accepted event, or of the one it duplicates
  /// Whose backlogs were full: of an accepted event its routes that became dead letters.
  std::vector<connector_id> full = {};
};

enum class store_error_code : std::uint8_t {
  none,
  overloaded,    ///< its queue is full: try again shortly
  disk_full,     ///< below the reserve; deliveries go on
  write_failed,  ///< a write or sync failed; nothing is taken until it was reopened and verified
  closed,        ///< draining or closed
  fenced,        ///< a newer owner has opened this connector
  not_found,
  damaged,  ///< what was read is not what was written
};
struct store_error {
  store_error_code code = store_error_code::none;
  std::string message;
};
std::string_view to_string(store_error_code value);

struct publish_result {
  store_error error;                    ///< code `none`: `events` is valid, and durable
  std::vector<published_event> events;  ///< one per item
};

/// What a backend can do beyond the minimum.
struct store_caps {
  bool survives_process = true;
  bool shared_by_nodes = false;
};

struct store_health {
  bool accepting = true;  ///< publish may succeed
  std::string why;        ///< when not
  /// Files that a check of all blocks found damaged: the first of them, what is wrong with each,
  /// and how many there are. What they held shows as damaged when it is read.
  std::vector<std::string> damaged = {};
  std::size_t damaged_files = 0;
};

/// The durable store: one log of events, per connector a cursor over it and the deliveries outside
/// the plain order (failed, moved aside, dead). Rules and keys on disk: docs/architecture.md.
///
/// Threads: every method may be called from any thread and returns without waiting for the disk,
/// except where noted. Completions run on a thread of the store, in no order across connectors,
/// must not block and may only hand on (post into a mailbox or an I/O loop). Every completion runs
/// exactly once, at `close` at the latest (with code `closed`).
class store {
 public:
  using publish_done = std::function<void(std::vector<publish_result>)>;
  using open_done = std::function<void(result<opened_connector, store_error>)>;
  using fetch_done = std::function<void(result<fetch_result, store_error>)>;
  using done = std::function<void(store_error)>;
  template <class T>
  using answer = std::function<void(result<T, store_error>)>;

  virtual ~store() = default;
  virtual store_caps caps() const = 0;

  // --- Connectors. A name keeps its number for ever.

  /// The number of that name, given durably at its first appearance. May wait for the disk: call
  /// at start only.
  virtual result<connector_id, store_error> connector(std::string_view name) = 0;
  /// All ever named, with what they hold; those not opened since the start are orphans.
  virtual std::vector<connector_counts> counts() const = 0;
  virtual std::optional<connector_counts> counts(connector_id connector) const = 0;
  /// From now on that connector's backlog is limited so. Not kept over a restart.
  virtual void limit_backlog(connector_id connector, backlog_limit by) = 0;

  // --- Ingest.

  /// Appends the requests, in order, in as few synced writes as possible (group commit). `done`
  /// comes after the sync with one result per request. De-duplicates by (source, id), within the
  /// batch too.
  virtual void publish(std::vector<publish_request> requests, publish_done done) = 0;

  // --- One owner per connector. Calls with an older epoch are refused as `fenced`.

  /// Takes the connector over: fences earlier owners; what they had taken and not settled comes
  /// again, first. `on_work` is called (from a store thread; hand on only) each time there is
  /// something fresh after a fetch said `more == false`: once per idle period, not per event.
  virtual void open(connector_id connector, std::function<void()> on_work, open_done done) = 0;

  /// Takes deliveries: they are the owner's until settled. See `fetch_kind`. Answers from memory
  /// on the calling thread when it can, else from a store thread.
  virtual void fetch(connector_id connector, std::uint64_t epoch, fetch_request what,
                     fetch_done done) = 0;

  /// What became of taken deliveries, in order. Durable with the next commit, at most 50 ms later;
  /// visible to `fetch` and queries of this process at once. A loss of unsynced settlements at a
  /// crash means the deliveries come again, never that they are lost. Refused silently (counted)
  /// when fenced. The number of settlements waiting for a commit is bounded by what was taken.
  virtual void settle(connector_id connector, std::uint64_t epoch,
                      std::vector<settlement> settlements) = 0;

  /// Keeps the owner's state (breaker, holds, clocks); comes back from `open`. Durable like
  /// settlements.
  virtual void save_owner_state(connector_id connector, std::uint64_t epoch, std::string state) = 0;

  /// `done` comes when all settled and saved so far is durable.
  virtual void flush(done done) = 0;

  // --- Questions.

  /// Events with that id (of any source, or of the given one), with their deliveries and attempts.
  virtual void event_details(std::string id, std::optional<std::string> source,
                             answer<std::vector<event_detail>> done) = 0;
  virtual void list_events(event_query query, answer<page<event_summary>> done) = 0;
  /// Deliveries that have not ended.
  virtual void list_deliveries(delivery_query query, answer<page<delivery_summary>> done) = 0;
  virtual void list_lanes(lane_query query, answer<page<blocked_lane>> done) = 0;
  virtual void list_dead_letters(dead_letter_query query, answer<page<dead_letter>> done) = 0;
  virtual void find_dead_letter(dead_letter_id id, answer<dead_letter> done) = 0;

  // --- Operators. Durable when answered.

  /// Makes dead letters due again, in commit order: in a stopped lane in their original place. The
  /// owners of the lanes are told by the caller, with `changed`.
  virtual void replay(std::vector<dead_letter_id> ids, replay_options options,
                      answer<bulk_result> done) = 0;
  /// Ends dead letters as discarded. A lane that one of them had stopped flows again.
  virtual void discard(std::vector<dead_letter_id> ids, answer<bulk_result> done) = 0;
  /// Changes deliveries that have not ended and are not with an owner. The owners are told by the
  /// caller, with `changed`. An orphan's can be changed too.
  virtual void change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                                 answer<bulk_result> done) = 0;

  virtual void append_audit(audit_record record, done done) = 0;
  virtual void list_audit(audit_query query, answer<page<audit_record>> done) = 0;

  // --- Life.

  virtual store_health health() const = 0;
  virtual store_figures figures() const = 0;
  /// Makes durable what was settled, runs all completions, closes. Waits. Idempotent.
  virtual void close() = 0;
};

}  // namespace airtrain
