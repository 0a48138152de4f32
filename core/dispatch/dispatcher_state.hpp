#pragma once

#include "core/clock_agreement.hpp"
#include "core/dispatch/attempt_slots.hpp"
#include "core/dispatch/circuit_breaker.hpp"
#include "core/dispatch/delivery_window.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/dispatch/fetch_planner.hpp"
#include "core/dispatch/hold.hpp"
#include "core/dispatch/lane_table.hpp"
#include "core/dispatch/owner_state.hpp"
#include "core/dispatch/rate_gate.hpp"
#include "core/dispatch/reachable_clock.hpp"
#include "core/dispatch/refusals.hpp"
#include "core/dispatch/reject_guard.hpp"
#include "core/dispatch/throttle.hpp"

namespace airtrain {

/// How often counters and clocks of the owner's state are kept; what changes behaviour is kept at
/// once.
constexpr std::chrono::microseconds owner_state_interval{5'000'000};

/// The dispatcher's parts and how they act on each other. Its methods by file: judging.cpp (what
/// follows from an outcome), settling.cpp (what becomes of the delivery), sending.cpp (what is sent
/// and probed), condition.cpp (open, held, paused), keeping.cpp (what of that outlives it),
/// explaining.cpp (status, why), dispatcher.cpp (the facts).
struct dispatcher::state {
  state(const dispatch_options& o, std::uint64_t random_seed);

  // --- dispatcher.cpp
  void admit(delivery&& what, fetch_kind from, dispatch_actions& out);
  void make_ready(slot_index index);
  void report_released(const delivery_key& key, dispatch_actions& out);
  /// After every fact: lets time act, sends, fetches, keeps, reports.
  void finish(const instant& now, dispatch_actions& out);
  std::optional<std::chrono::microseconds> wake_at(const instant& now);
  void put_back(slot_index index, settlement::kind what, dispatch_actions& out);
  void move_aside(slot_index index, dispatch_actions& out);
  void give_back(slot_index index, dispatch_actions& out);

  // --- sending.cpp
  void send_what_may_go(const instant& now, dispatch_actions& out);
  void send(slot_index index, bool probe, const instant& now, dispatch_actions& out);
  void send_probe(const instant& now, dispatch_actions& out);
  slot_index next_to_send();
  bool expire_if_late(slot_index index, const instant& now, dispatch_actions& out);
  bool may_probe(const instant& now) const;
  appetite fetch_appetite(const instant& now) const;

  // --- judging.cpp
  void judge(attempt_outcome& outcome, const instant& now, dispatch_actions& out);
  void judge_delivered(slot_index index, attempt_outcome& outcome, const instant& now,
                       dispatch_actions& out);
  void judge_retry(slot_index index, attempt_outcome& outcome, const instant& now,
                   dispatch_actions& out);
  void judge_throttled(slot_index index, const attempt_outcome& outcome, const instant& now,
                       dispatch_actions& out);
  void judge_reject(slot_index index, attempt_outcome& outcome, const instant& now,
                    dispatch_actions& out);
  void judge_refused(slot_index index, attempt_outcome& outcome, const instant& now,
                     dispatch_actions& out);
  void judge_hold(slot_index index, const attempt_outcome& outcome, const instant& now,
                  dispatch_actions& out);
  void target_is_alive(const attempt_outcome& outcome, const instant& now, dispatch_actions& out);
  bool vouches(const attempt_outcome& outcome) const;
  void suspect_poison(const delivery_key& key, const instant& now, dispatch_actions& out);

  // --- settling.cpp
  void note_failure(window_slot& slot, const attempt_outcome& outcome, bool event_scope,
                    const instant& now);
  void stay(slot_index index, dispatch_actions& out);
  settlement settle_from(slot_index index, attempt_outcome& outcome, settlement::kind what) const;
  /// Without an attempt of its own: nothing is counted.
  settlement settle_as_is(slot_index index, settlement::kind what, reason why = reason::none) const;
  std::uint32_t failures_that_count(const delivery_history& h, failure_scope scope,
                                    const instant& now) const;
  void retry_later(slot_index index, attempt_outcome& outcome, failure_scope scope, bool counted,
                   const instant& now, dispatch_actions& out);
  void die(slot_index index, settlement&& what, dispatch_actions& out);
  void leave(slot_index index, settlement&& what, dispatch_actions& out);
  void supersede(slot_index index, dispatch_actions& out);
  bool exhausted(const window_slot& slot, settlement& what, const instant& now) const;

  // --- condition.cpp
  void start_hold(hold_kind kind, std::string message, const instant& now, dispatch_actions& out);
  void end_hold(const instant& now, dispatch_actions& out);
  void recover(const instant& now);
  void breaker_moved(const std::string& message, dispatch_actions& out);
  bool reachable(const instant& now) const;
  connector_state condition(const instant& now) const;
  std::string condition_text(const instant& now) const;
  void notice_condition(const instant& now, dispatch_actions& out);
  void compare_clocks(const instant& now);
  std::chrono::milliseconds delay_longest() const;

  // --- keeping.cpp
  void keep(const instant& now, dispatch_actions& out);
  owner_state to_keep(const instant& now) const;
  void restore(const std::string& kept, const instant& now, dispatch_actions& out);
  void restore_hold(const owner_state& kept, const instant& now, dispatch_actions& out);

  // --- withdrawing.cpp
  std::vector<slot_index> slots_of(const std::vector<delivery_key>& keys) const;
  withdrawal may_withdraw(slot_index index) const;
  void withdraw(slot_index index, settlement::kind end, dispatch_actions& out);

  // --- explaining.cpp
  connector_status status(const instant& now) const;
  waits why(const delivery_key& key, lane_id lane, const instant& now) const;
  void why_connector(const instant& now, waits& out) const;
  void why_lane(const delivery_key& key, lane_id lane, waits& out) const;
  void why_ready(slot_index index, const instant& now, waits& out) const;

  dispatch_options options;
  random_source random;
  delivery_window window;
  lane_table lanes;
  fetch_planner fetches;
  circuit_breaker breaker;
  rate_gate rate;
  reachable_clock clock;
  clock_agreement clocks;
  attempt_slots slots;
  throttle throttled;
  hold held;
  reject_guard guard;
  refusals refused;

  std::uint32_t waiting_for_rate = 0;  ///< attempts that only the rate keeps from starting

  bool opened = false;
  bool draining = false;
  bool paused = false;
  bool probe_in_flight = false;
  bool newest_probe_next = false;
  std::uint64_t delivered_total = 0;
  std::int64_t closed_at_ms = 0;
  std::string breaker_text;  ///< why it opened

  connector_state shown = connector_state::running;
  std::int64_t shown_since_ms = 0;

  std::int64_t last_error_at_ms = 0;
  verdict last_error;

  delivery_key suspect;                                    ///< of the last failed probe
  std::optional<std::chrono::microseconds> suspect_since;  ///< steady
  bool suspect_reported = false;

  bool keep_now = false;    ///< something of the owner's state that must survive has changed
  bool keep_later = false;  ///< counters have moved
  std::chrono::microseconds kept_at{0};
  std::vector<slot_index> moved_aside;  ///< reused
};

}  // namespace airtrain
