#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain {

using slot_index = std::uint32_t;
constexpr slot_index no_slot = ~slot_index{0};

enum class slot_state : std::uint8_t {
  free,
  follower,  ///< waits in memory for its lane
  ready,     ///< may be sent
  in_flight,
};
constexpr std::size_t slot_states = 4;

/// One delivery taken from the store.
struct window_slot {
  delivery what;
  slot_state state = slot_state::free;
  bool retry = false;    ///< came back by `due`
  bool failed = false;   ///< failed while failures were not counted
  bool unknown = false;  ///< an attempt failed without a no: the target may have done it
  bool queued = false;   ///< stands in a ready queue
  bool sent = false;     ///< went out since it was taken
  std::uint32_t probes = 0;
  std::uint64_t admission = 0;  ///< tells this occupant of the slot from earlier ones
  std::uint64_t serial = 0;     ///< of the attempt in flight
  std::size_t bytes = 0;
  slot_index previous = no_slot;  ///< neighbours among its lane's followers
  slot_index next = no_slot;

  /// As far as is known the target has not seen it, and no operator asked for it.
  bool never_went_out() const {
    return !retry && !sent && what.history.attempts == 0 && !what.history.lift_deadline;
  }
};

/// The deliveries taken from the store and not settled, bounded by count and bytes. Every operation
/// but `probe_candidate` and `find_key` is O(1).
class delivery_window {
 public:
  delivery_window(std::uint32_t count_max, std::size_t bytes_max);

  /// Takes a delivery in, as a follower until `make_ready`.
  slot_index admit(delivery what, bool retry);
  void make_ready(slot_index index);
  /// Sends it: returns the serial by which its outcome finds it.
  std::uint64_t start(slot_index index);
  /// The slot in flight with this serial; else `no_slot`.
  slot_index find(std::uint64_t serial) const;
  void release(slot_index index);

  window_slot& at(slot_index index) { return slots_[index]; }
  const window_slot& at(slot_index index) const { return slots_[index]; }

  /// The ready one that has waited longest; `no_slot`: none.
  slot_index next_fresh() { return front(fresh_); }
  slot_index next_retry() { return front(retries_); }
  /// A ready one that was probed least; among those the oldest or the newest in commit order.
  slot_index probe_candidate(bool newest) const;
  slot_index find_key(const delivery_key& key) const;

  std::uint32_t used() const { return used_; }
  std::uint32_t count(slot_state state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::uint32_t fresh_ready() const { return count(slot_state::ready) - retries_ready_; }
  /// Those that came by due and are ready or in flight.
  std::uint32_t active_retries() const { return active_retries_; }
  std::uint32_t room() const { return used_ < count_max_ ? count_max_ - used_ : 0; }
  std::size_t bytes_room() const { return bytes_ < bytes_max_ ? bytes_max_ - bytes_ : 0; }
  /// Followers, the one just admitted included, take at most half of the window.
  bool followers_fit() const;
  std::uint32_t follower_room() const;
  std::size_t follower_bytes_room() const;
  std::uint32_t count_max() const { return count_max_; }
  std::size_t bytes_max() const { return bytes_max_; }
  std::uint64_t next_serial() const { return next_attempt_ << slot_bits; }
  std::uint32_t slot_count() const { return static_cast<std::uint32_t>(slots_.size()); }

 private:
  struct place_in_queue {
    slot_index slot;
    std::uint64_t admission;
  };
  using ready_queue = std::deque<place_in_queue>;
  void enter(slot_index index, slot_state state);
  slot_index front(ready_queue& queue);

  static constexpr unsigned slot_bits = 24;

  std::uint32_t count_max_;
  std::size_t bytes_max_;
  std::vector<window_slot> slots_;
  std::vector<slot_index> free_;
  ready_queue fresh_;
  ready_queue retries_;
  std::uint32_t used_ = 0;
  std::uint32_t counts_[slot_states] = {};
  std::uint32_t retries_ready_ = 0;
  std::uint32_t active_retries_ = 0;
  std::size_t bytes_ = 0;
  std::size_t follower_bytes_ = 0;
  std::uint64_t next_admission_ = 1;
  std::uint64_t next_attempt_ = 1;
};

}  // namespace airtrain
