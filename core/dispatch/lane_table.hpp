#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/dispatch/delivery_window.hpp"
#include "messages/settlement.hpp"

namespace airtrain {

/// A delivery that failed and waits on disk for its time; later ones of its lane wait for it.
struct waiting_retry {
  delivery_key key;
  std::int64_t due_ms = 0;  ///< wall clock; 0: unknown
};

/// One lane that is not idle.
struct lane_entry {
  slot_index active = no_slot;  ///< the only one that is ready or in flight
  slot_index first_follower = no_slot;
  slot_index last_follower = no_slot;
  std::vector<waiting_retry> waiting;  ///< ascending; more than one only after a replay
  bool stopped = false;
  delivery_key stopped_by;
  /// The dead letter that stopped the lane has come back before the word that it was replayed; that
  /// word must not release a later stop.
  bool release_word_outstanding = false;
  /// Something of it is on disk outside the log; what is later than `first_aside` joins it there.
  bool aside = false;
  bool aside_since_fetch = false;
  delivery_key first_aside;
  bool queued_for_fetch = false;

  bool blocks(const delivery_key& key) const {
    return (stopped && key > stopped_by) || (!waiting.empty() && key > waiting.front().key);
  }
  bool nothing_in_memory() const { return active == no_slot && first_follower == no_slot; }
};

/// Order within lanes: who may be sent, who follows in memory, who is moved aside on disk. At most
/// one delivery of a lane is `active`, and a later one becomes so only after an earlier one has
/// ended. O(1) a delivery, but for replays, which are put in their place among the followers.
class lane_table {
 public:
  explicit lane_table(delivery_window& window) : window_(window) {}

  enum class placement : std::uint8_t { ready, follower, aside };

  /// Where a delivery just admitted goes. After `aside` it is the caller's to settle and release.
  placement place(slot_index index, fetch_kind from);
  /// The one right before a delivery just admitted that it replaces where only the latest counts:
  /// of the same type, never sent, no replay. `no_slot`: none. To be asked before `place`.
  slot_index superseded_by(slot_index newer, fetch_kind from) const;
  /// The active one has ended. Returns the lane's next, to be made ready, or `no_slot`.
  slot_index ended(slot_index index);
  /// The active one failed and goes back to disk until `due_ms`. Returns as `ended`: one that is
  /// earlier still may go.
  slot_index waits(slot_index index, std::int64_t due_ms);
  /// The active one ended so that it stops its lane: appends the followers that must be moved
  /// aside.
  void stop(slot_index index, std::vector<slot_index>& to_aside);
  /// A delivery that was never sent leaves the window without having ended.
  void forget(slot_index index);

  void restore(const std::vector<blocked_lane>& blocked);
  /// An operator replayed or discarded dead letters of this lane. Returns true when it is released.
  bool changed(const blocked_lane& now);

  /// These have ended on disk; those that don't wait in this lane are none of its business. Returns
  /// the lane's next, to be made ready, or `no_slot`.
  slot_index no_longer_wait(lane_id lane, const std::vector<delivery_key>& ended);

  /// A lane with something aside and nothing else to do: fetch it next. Takes it off the list.
  std::optional<lane_id> next_to_fetch();
  bool any_to_fetch() const { return !to_fetch_.empty(); }
  void fetch_failed(lane_id lane);
  /// After the deliveries of the answer were placed. Returns the lane's next, if one may go.
  void fetch_ended(lane_id lane, bool more);

  const lane_entry* find(lane_id lane) const;
  std::size_t size() const { return lanes_.size(); }
  std::uint64_t stopped() const { return stopped_; }

 private:
  using lane_map = std::unordered_map<lane_id, lane_entry>;

  placement place_fresh(lane_entry& lane, slot_index index);
  placement place_due(lane_entry& lane, slot_index index);
  placement place_behind(lane_entry& lane, slot_index index, bool must_stay);
  placement move_aside(lane_entry& lane, const delivery_key& key);
  void follow(lane_entry& lane, slot_index index);
  void unlink(lane_entry& lane, slot_index index);
  slot_index promote(lane_map::iterator at);
  void settle_down(lane_map::iterator at);
  void release(lane_entry& lane);
  lane_map::iterator active_lane(slot_index index);

  delivery_window& window_;
  lane_map lanes_;
  std::deque<lane_id> to_fetch_;
  std::uint64_t stopped_ = 0;
};

}  // namespace airtrain
