#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain::memory {

using completion = std::function<void()>;

/// A request that waits for a commit.
struct pending_write {
  std::size_t events = 0;             ///< of a publish
  std::function<completion()> apply;  ///< changes the tables; gives what to run after the sync
  std::function<void(store_error)> refuse;
  bool overloaded = false;  ///< there was no room for it: only waits for its answer
};

/// What waits for commits, in order and bounded.
class commit_queue {
 public:
  explicit commit_queue(const store_settings& settings)
      : queued_max_(settings.queue_events_max), batch_max_(settings.commit_events_max) {}

  void push(pending_write what);
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  /// The front, as much as one commit holds; at least one.
  std::vector<pending_write> next_batch();
  std::vector<pending_write> take_all();
  void clear() { take_all(); }

 private:
  std::size_t queued_max_;
  std::size_t batch_max_;
  std::size_t queued_events_ = 0;
  std::deque<pending_write> waiting_;
};

}  // namespace airtrain::memory
