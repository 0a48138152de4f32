#include <fmt/format.h>

#include <algorithm>

#include "core/dispatch/dispatcher_state.hpp"

namespace airtrain {

void dispatcher::state::start_hold(hold_kind kind, std::string message, const instant& now,
                                   dispatch_actions& out) {
  held.start(kind, std::move(message), now.wall_ms, now.steady);
  held.wait_at_least(throttled.until());
  // It suspends the breaker: what is in flight answers neither for it nor for the hold.
  breaker.outdate_permits();
  fetches.release_connector_scope();
  keep_now = true;
  notice_condition(now, out);
}

void dispatcher::state::end_hold(const instant& now, dispatch_actions& out) {
  if (held.kind() == hold_kind::guard && guard.group() != 0)
    out.report.push_back(
        {connector_event::kind::state_changed,
         shown,
         breaker.state(),
         {},
         fmt::format("the hold has ended: its dead letters can be replayed as group {}",
                     guard.group())});
  held.end();
  breaker.outdate_permits();
  if (!breaker.lets_flow() && breaker.state() != breaker_state::forced_open) {
    breaker.close();
    breaker_moved("the hold has ended", out);
  }
  guard.delivered();
  refused.delivered();
  recover(now);
}

/// The target is back: what waited on it is due, and it meets one attempt first, not all of them.
void dispatcher::state::recover(const instant& now) {
  closed_at_ms = now.wall_ms;
  suspect_since.reset();
  breaker_text.clear();
  slots.restart_low(window.next_serial());
  fetches.release_connector_scope();
  keep_now = true;
}

void dispatcher::state::breaker_moved(const std::string& message, dispatch_actions& out) {
  keep_now = true;
  out.report.push_back(
      {connector_event::kind::breaker_changed, shown, breaker.state(), {}, message});
}

bool dispatcher::state::reachable(const instant& now) const {
  return !paused && !held.active() && breaker.lets_flow() && !throttled.active(now.steady);
}

connector_state dispatcher::state::condition(const instant& now) const {
  if (paused) return connector_state::paused;
  if (held.active()) return connector_state::held;
  if (!breaker.lets_flow()) return connector_state::open;
  if (throttled.active(now.steady)) return connector_state::throttled;
  return connector_state::running;
}

std::string dispatcher::state::condition_text(const instant& now) const {
  switch (condition(now)) {
    case connector_state::paused:
      return "paused by an operator";
    case connector_state::held:
      return held.message().empty() ? "the target refuses us" : held.message();
    case connector_state::open:
      if (breaker.state() == breaker_state::forced_open) return "opened by an operator";
      return breaker_text.empty() ? "too many failures" : "too many failures: " + breaker_text;
    case connector_state::throttled:
      return "the target asked for a pause";
    case connector_state::running:
    case connector_state::failed:
      break;
  }
  return {};
}

void dispatcher::state::notice_condition(const instant& now, dispatch_actions& out) {
  const auto is = condition(now);
  if (is == shown) return;
  shown = is;
  shown_since_ms = now.wall_ms;
  out.report.push_back(
      {connector_event::kind::state_changed, is, breaker.state(), {}, condition_text(now)});
}

/// Somebody has set the wall clock: what was stored by the old one must not wait for it.
void dispatcher::state::compare_clocks(const instant& now) {
  const auto set_by = clocks.observe(now);
  if (set_by.count() == 0) return;
  keep_now = true;
  if (set_by.count() > 0) return;
  closed_at_ms = std::min(closed_at_ms, now.wall_ms);
  fetches.release_all();
}

std::chrono::milliseconds dispatcher::state::delay_longest() const {
  return std::max(options.retry.max, options.retry.retry_after_max);
}

}  // namespace airtrain
