#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "messages/settlement.hpp"

namespace airtrain::embedded {

/// What is known of one connector's lanes that cannot simply flow: in memory, about 200 bytes per
/// such lane, and nothing for the deliveries that were moved aside within it.
class lane_table {
 public:
  /// One row of `park`: known by its first delivery.
  struct parked_row {
    std::uint32_t count = 0;  ///< deliveries in it that have not left
  };
  struct lane {
    std::uint64_t dead = 0;           ///< dead letters of it
    std::set<delivery_key> stoppers;  ///< those that stop it
    /// The latest that may have taken effect at the target, noted from its first dead letter on: a
    /// replay of an earlier one would overwrite newer truth.
    std::optional<delivery_key> newest_effect;
    std::set<delivery_key> waiting;  ///< failed ones that wait for their time
    std::set<delivery_key> aside;    ///< held rows that wait for the lane
    std::map<delivery_key, parked_row> rows;
    std::vector<delivery_key> arriving;                         ///< moved aside, not yet in a row
    std::map<delivery_key, std::vector<delivery_key>> leaving;  ///< by row, not yet on disk
    std::uint64_t parked = 0;                                   ///< in rows and arriving
    std::uint64_t taken = 0;  ///< of the aside and the parked ones, with the owner now

    std::uint64_t aside_count() const;  ///< without the taken ones
    bool empty() const;
    bool blocked() const;  ///< it may not simply flow
  };

  lane& of(lane_id id) { return lanes_[id]; }
  lane* find(lane_id id);
  const lane* find(lane_id id) const;
  /// Forgets the lane when there is nothing left of it. True: a note of a newest effect went too.
  bool drop_if_empty(lane_id id);
  void forget_taken();

  std::uint64_t stopped() const { return stopped_; }
  void stop(lane_id id, delivery_key by);
  void unstop(lane_id id, delivery_key by);  ///< leaves an empty lane to `drop_if_empty`

  std::map<lane_id, lane>& all() { return lanes_; }
  const std::map<lane_id, lane>& all() const { return lanes_; }

  /// As the API and the dispatcher see it; `first_aside` is left to the caller, who can read it.
  blocked_lane show(lane_id id) const;

 private:
  std::map<lane_id, lane> lanes_;
  std::uint64_t stopped_ = 0;
};

}  // namespace airtrain::embedded
