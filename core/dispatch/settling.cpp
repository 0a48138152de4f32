#include <algorithm>

#include "core/dispatch/dispatcher_state.hpp"

namespace airtrain {

void dispatcher::state::note_failure(window_slot& slot, const attempt_outcome& outcome,
                                     bool event_scope, const instant& now) {
  delivery_history& h = slot.what.history;
  ++h.attempts;
  if (h.first_attempt_at_ms == 0) h.first_attempt_at_ms = outcome.started_wall_ms;
  h.last_attempt_at_ms = outcome.started_wall_ms;
  h.delivered_at_last_failure = delivered_total;
  if (outcome.result.renew_key) ++h.key_generation;
  if (!event_scope) return;
  ++h.event_scope_failures;
  if (h.first_event_failure_reachable_ms < 0)
    h.first_event_failure_reachable_ms = clock.read_ms(now.steady);
}

bool dispatcher::state::exhausted(const window_slot& slot, settlement& what,
                                  const instant& now) const {
  const delivery_history& h = slot.what.history;
  const retry_options& limits = options.retry;
  if (limits.max_attempts > 0 && h.event_scope_failures >= limits.max_attempts) {
    what.why = reason::max_attempts;
    what.limit = "max_attempts";
    return true;
  }
  const auto passed = clock.read_ms(now.steady) - h.first_event_failure_reachable_ms;
  if (limits.give_up_after.count() > 0 && passed >= limits.give_up_after.count()) {
    what.why = reason::gave_up;
    what.limit = "give_up_after";
    return true;
  }
  return false;
}

settlement dispatcher::state::settle_as_is(slot_index index, settlement::kind what,
                                           reason why) const {
  const delivery& d = window.at(index).what;
  settlement s;
  s.unknown_effect = window.at(index).unknown;
  s.what = what;
  s.key = d.key;
  s.lane = d.lane;
  s.history = d.history;
  s.rendered = d.rendered;
  s.counted = false;
  s.why = why;
  return s;
}

settlement dispatcher::state::settle_from(slot_index index, attempt_outcome& outcome,
                                          settlement::kind what) const {
  const delivery& d = window.at(index).what;
  settlement s;
  s.unknown_effect = window.at(index).unknown;
  s.what = what;
  s.key = d.key;
  s.lane = d.lane;
  s.history = d.history;
  verdict& v = outcome.result;
  s.why = v.why;
  s.attempt.n = d.history.attempts;
  s.attempt.at_ms = outcome.started_wall_ms;
  s.attempt.outcome = v.outcome;
  s.attempt.why = v.why;
  s.attempt.status = v.status;
  s.attempt.took_ms = static_cast<std::int32_t>(outcome.took.count() / 1000);
  if (what == settlement::kind::delivered) {
    // The one attempt that no failure has noted in the history.
    s.attempt.n = ++s.history.attempts;
    if (s.history.first_attempt_at_ms == 0) s.history.first_attempt_at_ms = outcome.started_wall_ms;
    s.history.last_attempt_at_ms = outcome.started_wall_ms;
  } else {
    // Where no target said anything, what went wrong here: a mapping error names its path.
    const auto& said = v.answer.empty() && v.status == 0 ? v.message : v.answer;
    s.attempt.answer = said.substr(0, answer_bytes_max);
    s.rendered = outcome.rendered ? outcome.rendered : d.rendered;
  }
  return s;
}

/// From 1. On the circuit's closing the count restarts: it is as high as the failures since then,
/// each waited for, can have made it.
std::uint32_t dispatcher::state::failures_that_count(const delivery_history& h, failure_scope scope,
                                                     const instant& now) const {
  if (scope == failure_scope::event) return std::max(h.event_scope_failures, 1u);
  const auto all = std::max(h.attempts, 1u);
  if (h.first_attempt_at_ms >= closed_at_ms) return all;
  std::uint32_t since_closing = 1;
  for (auto waited = options.retry.initial.count();
       since_closing < all && waited > 0 && waited <= now.wall_ms - closed_at_ms; waited *= 2)
    ++since_closing;
  return since_closing;
}

void dispatcher::state::retry_later(slot_index index, attempt_outcome& outcome, failure_scope scope,
                                    bool counted, const instant& now, dispatch_actions& out) {
  window_slot& slot = window.at(index);
  const auto failures = failures_that_count(slot.what.history, scope, now);
  auto s = settle_from(index, outcome, settlement::kind::retry);
  s.scope = scope;
  s.counted = counted;
  s.due_ms =
      now.wall_ms +
      retry_delay(options.retry, failures - 1, outcome.result.retry_after_ms, random).count();
  fetches.due_at(s.due_ms);
  const auto due_ms = s.due_ms;
  out.settle.push_back(std::move(s));
  const slot_index next = slot.what.lane == no_lane ? no_slot : lanes.waits(index, due_ms);
  window.release(index);
  make_ready(next);
}

/// The delivery stays where it was, and nothing is counted.
void dispatcher::state::stay(slot_index index, dispatch_actions& out) {
  window.make_ready(index);
  if (draining) give_back(index, out);
}

void dispatcher::state::leave(slot_index index, settlement&& what, dispatch_actions& out) {
  const window_slot& slot = window.at(index);
  out.settle.push_back(std::move(what));
  const slot_index next = slot.what.lane == no_lane ? no_slot : lanes.ended(index);
  window.release(index);
  make_ready(next);
}

/// Ends as dead or expired, and stops the lane where the connector is so configured.
void dispatcher::state::die(slot_index index, settlement&& what, dispatch_actions& out) {
  refused.forget(what.key);
  const bool stops =
      what.lane != no_lane && options.ordered && options.dead_letter == on_dead_letter::stop;
  if (!stops) return leave(index, std::move(what), out);
  what.stops_lane = true;
  out.report.push_back({connector_event::kind::lane_stopped, shown, breaker.state(), what.key,
                        "its lane waits for an operator"});
  out.settle.push_back(std::move(what));
  moved_aside.clear();
  lanes.stop(index, moved_aside);
  window.release(index);
  for (const slot_index follower : moved_aside) move_aside(follower, out);
}

/// A later one of its lane says more recently what it says.
void dispatcher::state::supersede(slot_index index, dispatch_actions& out) {
  if (index == no_slot) return;
  lanes.forget(index);
  out.settle.push_back(settle_as_is(index, settlement::kind::discarded, reason::superseded));
  window.release(index);
}

}  // namespace airtrain
