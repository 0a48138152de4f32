#include "core/dispatch/deadline.hpp"
#include "core/dispatch/dispatcher_state.hpp"
#include "messages/invariant.hpp"

namespace airtrain {

void dispatcher::state::send_what_may_go(const instant& now, dispatch_actions& out) {
  if (draining || paused) return;
  if (may_probe(now)) return send_probe(now, out);
  if (held.active() || !breaker.lets_flow() || throttled.active(now.steady)) return;
  while (slots.free()) {
    const slot_index index = next_to_send();
    if (index == no_slot) return;
    if (expire_if_late(index, now, out)) continue;
    if (!rate.open(now.steady)) {
      waiting_for_rate = std::min(slots.free_count(), window.count(slot_state::ready));
      return;
    }
    send(index, false, now, out);
  }
}

slot_index dispatcher::state::next_to_send() {
  const slot_index fresh = window.next_fresh();
  const slot_index retry = window.next_retry();
  // Retries have only their share, so within it they go first.
  if (retry != no_slot && slots.free_for_retry(fresh != no_slot)) return retry;
  return fresh;
}

/// One probe at a time, while nothing else is sent.
bool dispatcher::state::may_probe(const instant& now) const {
  if (draining || paused || probe_in_flight) return false;
  if (held.active()) return held.probe_due(now.steady);
  return breaker.state() == breaker_state::half_open && !throttled.active(now.steady);
}

void dispatcher::state::send_probe(const instant& now, dispatch_actions& out) {
  while (true) {
    const slot_index index = window.probe_candidate(newest_probe_next);
    if (index == no_slot) return;
    if (expire_if_late(index, now, out)) continue;
    if (!rate.open(now.steady)) {
      waiting_for_rate = 1;
      return;
    }
    newest_probe_next = !newest_probe_next;
    probe_in_flight = true;
    if (held.active()) held.probe_sent(now.steady);
    ++window.at(index).probes;
    send(index, true, now, out);
    return;
  }
}

void dispatcher::state::send(slot_index index, bool probe, const instant& now,
                             dispatch_actions& out) {
  const bool may_start = rate.pass(now.steady);
  AIRTRAIN_INVARIANT(may_start);
  const std::uint64_t serial = window.start(index);
  const window_slot& slot = window.at(index);
  slots.take(slot.retry);
  out.send.push_back({slot.what, {breaker.generation(), serial, probe}});
}

bool dispatcher::state::expire_if_late(slot_index index, const instant& now,
                                       dispatch_actions& out) {
  const window_slot& slot = window.at(index);
  const auto deadline = deadline_ms(slot.what, options.expires_after);
  if (!deadline || now.wall_ms < *deadline || !clocks.agree(now)) return false;
  die(index, settle_as_is(index, settlement::kind::expired, reason::deadline_passed), out);
  return true;
}

appetite dispatcher::state::fetch_appetite(const instant& now) const {
  if (paused) return appetite::fill;
  if (held.active() || breaker.state() == breaker_state::half_open)
    return may_probe(now) && window.count(slot_state::ready) == 0 ? appetite::probe
                                                                  : appetite::fill;
  const bool flows = breaker.lets_flow() && !throttled.active(now.steady);
  return flows ? appetite::flow : appetite::fill;
}

}  // namespace airtrain
