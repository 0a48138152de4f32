#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "store/embedded/event_row.hpp"

namespace airtrain::embedded {

/// The last committed events, whole, shared by all connectors: one that fell out of its tail, but
/// is not far behind, reads them here and not from the disk. Without it a connector that is once
/// behind under load pays more for each delivery than one at the tail, and never catches up.
///
/// Bounded by bytes; the oldest leave first. One writer; readers on any thread.
class recent_events {
 public:
  explicit recent_events(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Events just committed, ascending and after all before. After a gap in the numbers it starts
  /// over.
  struct addition {
    std::uint64_t seq = 0;
    event_row row;
  };
  void add(std::vector<addition> events);

  /// One per key, in order; without `what` where it is not here, or not for this connector.
  std::vector<loaded_event> find(connector_id connector,
                                 const std::vector<delivery_key>& keys) const;

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::uint64_t first_seq_ = 0;
  std::deque<event_row> rows_;  ///< of first_seq_ and those that follow
  std::size_t bytes_ = 0;
};

}  // namespace airtrain::embedded
