#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/dispatch/delivery_window.hpp"
#include "core/dispatch/lane_table.hpp"
#include "messages/instant.hpp"
#include "messages/settlement.hpp"

namespace airtrain {

/// What the connector's condition means for fetching.
enum class appetite : std::uint8_t {
  fill,   ///< nothing is sent: fresh work fills the window, and no more
  probe,  ///< nothing but a probe is sent, and the window holds none: look everywhere
  flow,
};

/// Decides what to ask the store for next, one request at a time.
class fetch_planner {
 public:
  explicit fetch_planner(std::uint32_t blocked_lanes_max) : blocked_lanes_max_(blocked_lanes_max) {}

  /// `delay_longest`: of any retry. One that is due later than that was given its time by a clock
  /// that has been set back since.
  void opened(const opened_connector& what, const instant& now,
              std::chrono::milliseconds delay_longest);
  std::optional<fetch_request> plan(appetite wanted, const delivery_window& window,
                                    lane_table& lanes, const instant& now);
  /// The answer to the request under way, before its deliveries are placed.
  void answered(const fetch_result& result, const instant& now);

  void fresh_again();
  void look_for_due() { due_hint_ = true; }
  /// What waits on the connector's health is due at once, until all of it was fetched.
  void release_connector_scope() {
    release_ = true;
    release_while_under_way_ = under_way_;
  }
  /// The wall clock was set back: what was to be due by the old one is due now, once.
  void release_all() {
    release_all_ = true;
    release_while_under_way_ = under_way_;
  }
  /// A retry was settled.
  void due_at(std::int64_t wall_ms);

  bool fresh_left() const { return fresh_left_; }
  const delivery_key& frontier() const { return frontier_; }
  std::int64_t next_due_ms() const { return next_due_ms_; }
  /// When something of its own waits for time: the next due one, or the next try after an error.
  std::optional<std::chrono::microseconds> wake_at(appetite wanted, const instant& now) const;

 private:
  bool due_now(const instant& now) const;
  std::optional<fetch_request> plan_probe(const delivery_window& window) const;
  std::optional<fetch_request> plan_due(appetite wanted, const delivery_window& window,
                                        const instant& now);
  std::optional<fetch_request> plan_lane(const delivery_window& window, lane_table& lanes,
                                         const instant& now);
  std::optional<fetch_request> plan_fresh(const delivery_window& window, const lane_table& lanes,
                                          const instant& now) const;

  std::uint32_t blocked_lanes_max_;
  bool under_way_ = false;
  bool fresh_left_ = true;
  bool fresh_while_under_way_ = false;
  bool due_hint_ = false;
  bool release_ = false;
  bool release_all_ = false;
  bool release_while_under_way_ = false;
  bool probe_under_way_ = false;
  bool lane_turn_ = false;
  std::int64_t next_due_ms_ = 0;             ///< 0: none known
  std::int64_t due_while_under_way_ms_ = 0;  ///< earliest settled since the request was made
  delivery_key frontier_;                    ///< latest that came fresh
  std::optional<delivery_key> lanes_after_;  ///< no lane is read back before fresh has passed this
  std::uint32_t errors_in_a_row_ = 0;
  std::chrono::microseconds not_before_{0};
};

}  // namespace airtrain
