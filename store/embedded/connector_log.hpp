#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/settlement.hpp"
#include "store/embedded/attempt_rows.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/held_record.hpp"
#include "store/embedded/lane_table.hpp"
#include "store/embedded/open_list.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// A committed event on its way to one connector.
struct arrival {
  std::uint64_t seq = 0;
  lane_id lane = no_lane;
  event_ref what;
  bool refused = false;  ///< its backlog was full: it is a dead letter already
};

/// What all connectors of a store share.
struct shared_limits {
  const store_settings& settings;
  std::atomic<std::size_t> tail_bytes{0};  ///< of all tails; bounded by queue_bytes_max
  std::atomic<std::uint64_t> fenced_writes{0};
  /// Events below it may have their payloads beside the held rows, or soon will.
  std::atomic<std::uint64_t> evacuated_below{0};
};

/// A delivery read from disk, about to be handed to the owner.
struct loaded_delivery {
  delivery what;
  std::int64_t due_ms = 0;  ///< of one that was due
  delivery_key parked_row;  ///< of one that was parked
  enum class from : std::uint8_t { log, due, aside, parked } place = from::log;
};

/// One connector's place in the log, in memory: which of its deliveries are with the owner, which
/// are next, which lanes are blocked. The truth of this process; the disk follows with each flush
/// and never claims more than was settled here.
///
/// Fresh deliveries come from, in this order: the open list (given back, or an earlier owner's),
/// the tail (committed events kept in memory), the log from `next` on (when it fell behind).
/// Thread-safe; nothing here waits for the disk.
class connector_log {
 public:
  connector_log(connector_id id, std::string name, shared_limits& limits, std::uint64_t head);

  connector_id id() const { return id_; }
  const std::string& name() const { return name_; }

  // --- For the writer.

  /// Committed events, ascending. Returns the owner's listener when it must be called.
  std::function<void()> arrive(std::span<const arrival> events);

  /// What has to reach the disk, taken in one moment.
  struct changes {
    std::uint64_t generation = 0;
    std::vector<row_change> rows;
    std::vector<remembered> attempts;
    /// A row of `park` that some leave or join.
    struct park_rewrite {
      std::string key;
      std::vector<delivery_key> gone;
      std::vector<delivery_key> more;
      bool whole_row = false;  ///< all are gone
    };
    std::vector<park_rewrite> reparked;
    // The cursor.
    bool cursor_as_written = false;
    bool touched = false;  ///< settled something since the last time
    bool at_tail = false;  ///< everything of its own at or after `next` is still to come
    std::uint64_t next = 0;
    std::string open;         ///< key list of what is unsettled below `next`
    std::uint64_t floor = 0;  ///< earliest event that the cursor still needs
  };
  /// `own_row`: the connector has a row of its own on disk, which stays true while nothing was
  /// settled; then `cursor_as_written` is set and the cursor left out.
  changes take_changes(std::uint64_t head, bool own_row);
  /// The last `take_changes` found nothing to write and nothing unsettled, and nothing has come
  /// since: all there is to say of it is that it has settled what is below the head. With a
  /// thousand connectors most are so at any flush, and asking each under its lock cost more than
  /// the rest of the commit.
  bool is_quiet() const { return quiet_.load(std::memory_order_acquire); }
  /// A row could not be rewritten: what leaves it has to be with the next changes.
  void leaves_still(const changes::park_rewrite& what);
  /// Nor can others join it: the row of their own that they get.
  row_change parks_apart(const changes::park_rewrite& what);
  /// The changes up to that generation can be read from the disk.
  void written(std::uint64_t generation);
  /// Settled things are not on disk yet: readers of held, due and parked rows must wait for a
  /// flush.
  bool dirty() const;

  // --- For the owner.

  /// A new owner: earlier ones are fenced, what they had taken comes again. One that is late, with
  /// a smaller epoch than the present one, is fenced from the start.
  void open(std::uint64_t epoch, std::function<void()> on_work);
  bool owned_by(std::uint64_t epoch) const;
  void settle(std::uint64_t epoch, std::vector<settlement> settlements, std::int64_t now_ms);
  bool save_owner_state(std::uint64_t epoch, std::string state);
  std::string owner_state() const;

  /// Nothing: it must be read from the disk, by `plan` and `take`.
  result<std::optional<fetch_result>, store_error> fetch_from_memory(std::uint64_t epoch,
                                                                     const fetch_request& what);
  /// What to read for a request, as of now.
  struct plan {
    std::vector<delivery_key> returned;  ///< fresh: of the open list
    std::size_t room = 0;                ///< fresh: more than that may not be open
    bool from_log = false;               ///< fresh: and then on in the log from `next`
    std::uint64_t next = 0;
    std::set<delivery_key> taken;     ///< due, lane: with the owner, or settled by it already
    std::vector<delivery_key> aside;  ///< lane: held rows that wait for it
    /// Lane: the first that waits for it and cannot be read yet; none behind it may go before it.
    std::optional<delivery_key> first_unwritten;
    std::int64_t due_unread_ms = 0;  ///< due: of the earliest that cannot be read yet; 0: none
  };
  result<plan, store_error> plan_for(std::uint64_t epoch, const fetch_request& what);
  /// What was read by a plan.
  struct reading {
    std::vector<loaded_delivery> deliveries;
    bool more = false;
    std::optional<std::uint64_t> scanned_to;  ///< fresh: the log was read up to there
    std::int64_t next_due_ms = 0;             ///< due: of the earliest that was left; 0: none
    std::int64_t due_unread_ms = 0;           ///< the plan's
  };
  /// The owner takes what was read.
  result<fetch_result, store_error> take(std::uint64_t epoch, const fetch_request& what,
                                         reading read);
  /// Nothing comes of the plan.
  void drop_plan();

  // --- For operators and queries.

  /// Makes a dead letter due again; `record` is its row, and becomes the new one. `bytes`: of its
  /// event.
  std::vector<row_change> replay(delivery_key key, held_record record, std::uint64_t bytes,
                                 bool new_key, std::int64_t now_ms);
  std::vector<row_change> discard(delivery_key key, const held_record& record);
  /// Where an operator finds a delivery.
  enum class whereabouts : std::uint8_t {
    with_owner,
    open,     ///< in the open list, not taken
    behind,   ///< in the log, and more before it
    off_log,  ///< held or parked, or ended
  };
  whereabouts find(delivery_key key) const;
  /// The log from the connector's place in it, in `seqs`, was read up to `scanned_to`: lists it as
  /// open, so that a single one can end before those in front of it. Fewer than `open_max` are
  /// listed then; false: there is no room. What is in the tail is listed first and alone.
  bool list_as_open(const std::vector<std::uint64_t>& seqs, std::uint64_t scanned_to);
  /// Where the log is read on from; nothing: the tail comes first.
  std::optional<std::uint64_t> next_in_log() const;
  /// Settles what no owner has, as if one had taken it and decided so. False: one has it now.
  bool decide(loaded_delivery one, settlement decided, std::int64_t now_ms);
  /// Its record was changed on the disk: who reads it just now has read an old one.
  void rendered_anew(delivery_key key, std::int64_t due_ms);
  /// A later one of its lane may have taken effect already.
  bool would_reorder(lane_id lane, delivery_key key) const;
  /// Some of its lane, or that may be, come before it and were not sent yet: of one that a full
  /// backlog has refused.
  bool earlier_pending(lane_id lane, delivery_key key) const;
  /// `first_aside` as far as it is in memory; parked rows are on disk.
  blocked_lane show(lane_id lane) const;
  std::vector<blocked_lane> blocked() const;
  /// The dead letter that stops the lane, if one does.
  std::optional<delivery_key> stopped_by(lane_id lane) const;
  std::optional<delivery_key> first_held_aside(lane_id lane) const;
  connector_counts counts() const;
  void limit_backlog(backlog_limit by);
  /// Its limit, and the bytes that wait now.
  std::pair<backlog_limit, std::uint64_t> room() const;
  std::uint64_t waiting() const;
  /// Of a delivery that may be in the log or with the owner; nothing: look on disk, or it ended.
  std::optional<delivery_state> state_of(delivery_key key) const;
  bool opened() const;
  /// What is unsettled in memory and below `next`, ascending, and where the log goes on.
  std::pair<std::vector<delivery_key>, std::uint64_t> unsettled() const;
  /// Held and parked ones that are with the owner, or settled and still on the disk.
  std::set<delivery_key> taken_off_log() const;

  // --- For recovery, before anything else.

  struct recovered {
    std::uint64_t next = 0;
    std::vector<delivery_key> open;
    std::int64_t first_accepted_ms = 0;  ///< of the earliest unsettled; 0: none
    std::uint64_t pending = 0;           ///< in the log from `next` on
    std::uint64_t bytes = 0;             ///< of those, as far as the log has them
    std::string owner_state;
  };
  void recover(recovered from, std::uint64_t head);
  void recover_held(delivery_key key, const held_record& record);
  void recover_parked(const struct park_position& at, std::uint32_t count);
  void recover_newest_effect(lane_id lane, delivery_key key);
  void recover_oldest_parked(std::int64_t accepted_ms);
  /// Of events that wait, in addition to those said before.
  void recover_bytes(std::uint64_t bytes);

 private:
  /// Where a delivery with the owner came from.
  struct origin {
    loaded_delivery::from place = loaded_delivery::from::log;
    lane_id lane = no_lane;
    std::int64_t accepted_ms = 0;
    std::uint64_t bytes = 0;  ///< of its event
    std::int64_t due_ms = 0;
    delivery_key parked_row;
    rendered_ref rendered;
  };

  void settle_one(settlement& s, std::int64_t now_ms);
  std::optional<origin> with_owner(delivery_key key) const;
  void leave(delivery_key key, const origin& from);
  void give_back(delivery_key key, const origin& from);
  void move_aside(settlement& s, const origin& from);
  void hold(held_state state, const settlement& s, const origin& from, std::int64_t now_ms);
  void put_held(delivery_key key, const held_record& record);
  void remember(settlement& s);
  void end(delivery_key key, const origin& from);
  bool settled_unseen(delivery_key key) const;
  void note_changed(delivery_key key);
  void forget_rows(delivery_key key, const origin& from);
  void note_effect(const settlement& s, lane_id lane);
  void drop_lane_if_empty(lane_id lane);
  void note_oldest_off_log(std::int64_t accepted_ms);
  void off_log_left();

  void leave_backlog(const origin& was);
  bool keep_in_tail(const arrival& event);
  void take_from_tail(const fetch_request& what, fetch_result& out);
  bool fits(const fetch_request& what, const fetch_result& out, std::size_t bytes,
            std::size_t next_bytes) const;
  std::uint64_t place_in_log() const;
  bool take_one(loaded_delivery& one);
  void finish_fresh(const reading& read, fetch_result& out);
  void tell_if_more(fetch_result& out);
  void finish_due(const reading& read, fetch_result& out);
  void note_due(std::int64_t due_ms);
  void note_unwritten_due(std::int64_t due_ms, std::uint64_t generation);
  void take_parked_changes(changes& out);
  void has_changed();

  const connector_id id_;
  const std::string name_;
  shared_limits& limits_;

  mutable std::mutex mutex_;
  std::uint64_t epoch_ = 0;
  bool opened_ = false;
  std::function<void()> on_work_;
  bool idle_ = false;  ///< the owner was told that there is no more
  std::string owner_state_;

  std::deque<arrival> tail_;
  bool at_tail_ = true;               ///< what arrives goes into the tail
  std::uint64_t next_ = 0;            ///< when not: first of the log that is not in the tail
  std::int64_t behind_since_ms_ = 0;  ///< about when the first of the log from next_ was accepted
  std::uint64_t routed_to_ = 0;       ///< behind the last event that was routed to it

  open_list open_;
  std::map<delivery_key, origin> off_log_;  ///< with the owner, from held or parked rows
  /// Settled from held or parked rows, by the generation that takes their rows off the disk: until
  /// it is written a reader still finds them there.
  std::map<delivery_key, std::uint64_t> leaving_;
  lane_table lanes_;
  std::set<lane_id> parked_lanes_changed_;
  std::int64_t due_first_ms_;  ///< no failed one that is not with the owner is due earlier
  std::map<std::uint64_t, std::int64_t> due_unwritten_;  ///< earliest, by generation that writes it
  std::int64_t due_since_plan_ms_;                       ///< earliest since the last plan for due
  std::int64_t oldest_off_log_ms_ = 0;

  backlog_limit limit_;
  std::uint64_t backlog_ = 0;
  std::uint64_t backlog_bytes_ = 0;
  std::uint64_t waiting_ = 0;  ///< held rows with a due row
  std::uint64_t aside_ = 0;    ///< held and parked ones that wait for their lane
  std::uint64_t dead_ = 0;

  std::vector<row_change> rows_;
  std::vector<remembered> attempts_;
  bool touched_ = false;
  std::atomic<bool> quiet_{false};  ///< written under the lock
  std::uint64_t generation_ = 0;
  std::uint64_t collected_generation_ = 0;  ///< up to it changes are on their way to the disk
  std::uint64_t written_generation_ = 0;
  bool plan_is_out_ = false;  ///< a reader has one
  /// Changed by an operator since then: what was read of them is no longer true.
  std::set<delivery_key> changed_since_plan_;
};

}  // namespace airtrain::embedded
