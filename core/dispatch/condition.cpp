#include <fmt/format.h>

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
  suspect_since_ms = 0;
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

owner_state dispatcher::state::to_keep(const instant& now) const {
  owner_state s;
  s.breaker = breaker.keep(now.steady, now.wall_ms);
  s.held = held.kind();
  s.held_since_ms = held.since_ms();
  s.held_message = held.message();
  s.paused = paused;
  s.state_since_ms = shown_since_ms;
  if (throttled.active(now.steady))
    s.throttled_until_ms = now.wall_ms + std::chrono::duration_cast<std::chrono::milliseconds>(
                                             throttled.until() - now.steady)
                                             .count();
  s.closed_at_ms = closed_at_ms;
  s.reachable_ms = clock.read_ms(now.steady);
  s.delivered_total = delivered_total;
  s.reject_run = guard.run();
  s.reject_group = guard.group();
  s.refused_run = refused.run();
  return s;
}

void dispatcher::state::keep(const instant& now, dispatch_actions& out) {
  const bool later_is_now = keep_later && now.steady >= kept_at + owner_state_interval;
  if (!keep_now && !later_is_now) return;
  out.save_state = encode(to_keep(now));
  keep_now = false;
  keep_later = false;
  kept_at = now.steady;
}

void dispatcher::state::restore(const std::string& kept, const instant& now,
                                dispatch_actions& out) {
  kept_at = now.steady;
  if (kept.empty()) return;
  const auto s = decode_owner_state(kept);
  if (!s) {
    out.report.push_back({connector_event::kind::state_changed,
                          shown,
                          breaker.state(),
                          {},
                          "what was kept of this connector's state is of an unknown version"});
    return;
  }
  const auto longest = std::max(options.retry.retry_after_max, options.breaker.open_max * 11 / 10);
  breaker.restore(s->breaker, now.steady, now.wall_ms, longest);
  if (s->held != hold_kind::none)
    held.start(s->held, s->held_message, s->held_since_ms, now.steady);
  paused = s->paused;
  throttled.restore(s->throttled_until_ms - now.wall_ms, options.retry.retry_after_max, now.steady);
  closed_at_ms = s->closed_at_ms;
  clock = reachable_clock{s->reachable_ms};
  delivered_total = s->delivered_total;
  guard.restore(s->reject_run, s->reject_group);
  refused.restore(s->refused_run);
  // What waits on disk for the target may be all there is to probe with.
  if (condition(now) != connector_state::running) fetches.release_connector_scope();
  shown = condition(now);
  if (shown != connector_state::running && s->state_since_ms != 0)
    shown_since_ms = s->state_since_ms;
}

}  // namespace airtrain
