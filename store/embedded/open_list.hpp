#pragma once

#include <cstdint>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain::embedded {

/// The deliveries of one connector that left the log for an owner and have not been settled, in
/// commit order. An entry that is not `taken` was an earlier owner's and comes again.
class open_list {
 public:
  struct entry {
    delivery_key key;
    lane_id lane = no_lane;
    std::int64_t accepted_ms = 0;
    std::uint64_t bytes = 0;  ///< of its event; known once it was taken since the start
    bool taken = true;
    bool gone = false;  ///< settled; the slot is reused later
  };

  std::size_t size() const { return alive_; }
  bool empty() const { return alive_ == 0; }
  /// How many come again.
  std::size_t returned() const { return returned_; }

  void add(const entry& what);
  /// Null when it is not open.
  entry* find(delivery_key key);
  const entry* find(delivery_key key) const;
  void remove(entry& what);
  void take(entry& what);
  void give_back(entry& what);
  void give_back_all();
  /// The earliest; null when empty.
  const entry* first() const;

  template <class F>
  void for_each(F&& visit) const {
    for (auto i = begin_; i < entries_.size(); ++i)
      if (!entries_[i].gone) visit(entries_[i]);
  }

 private:
  void drop_gone();

  // Sorted by key. Settled mostly in order: `begin_` passes the gone ones in front, and the rest
  // is squeezed out when it is more than half.
  std::vector<entry> entries_;
  std::size_t begin_ = 0;
  std::size_t alive_ = 0;
  std::size_t returned_ = 0;
};

}  // namespace airtrain::embedded
