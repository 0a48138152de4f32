#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "messages/instant.hpp"
#include "messages/outcome.hpp"

namespace airtrain {

/// The attempts a connector has in hand. Tells the first outcome of each from any later one, and
/// which attempts a connector has kept beyond its time-out, so that a hanging connector cannot pin
/// a slot for ever. Serials ascend.
class in_flight {
 public:
  explicit in_flight(std::chrono::milliseconds kept_max) : kept_max_(kept_max) {}

  void sent(const attempt_order& order, instant now);

  /// When the event of this attempt was accepted (wall clock, ms), and forgets the attempt. Unset:
  /// it is not in flight, its outcome is late and must be ignored.
  std::optional<std::int64_t> completed(const permit& with);

  /// Gives up attempts kept for too long: each gets the outcome `attempt_timeout`.
  std::vector<attempt_outcome> overdue(instant now);
  /// The next moment (steady) at which one may be overdue.
  std::optional<std::chrono::microseconds> next_deadline() const;

  std::size_t size() const { return count_; }

 private:
  struct entry {
    delivery_key key;
    permit with;
    instant sent_at;
    std::int64_t accepted_at_ms = 0;
    bool over = false;
  };
  void drop_finished();

  std::chrono::milliseconds kept_max_;
  std::deque<entry> entries_;  ///< by serial, hence by time; the first is not over
  std::size_t count_ = 0;
};

}  // namespace airtrain
