#include "core/dispatch/dispatcher_state.hpp"
#include "messages/invariant.hpp"

namespace airtrain {
namespace {

constexpr std::chrono::hours suspicion_after{1};
constexpr std::uint32_t sole_candidate_rejections = 10;

std::optional<std::chrono::milliseconds> hint_of(const verdict& v, const retry_options& options) {
  if (!v.retry_after_ms || *v.retry_after_ms < 0) return std::nullopt;
  return std::min(std::chrono::milliseconds{*v.retry_after_ms}, options.retry_after_max);
}

}  // namespace

void dispatcher::state::judge(attempt_outcome& outcome, const instant& now, dispatch_actions& out) {
  const slot_index index = window.find(outcome.with.serial);
  if (index == no_slot) {
    // Connectors are not all ours: a second answer must not judge anything.
    out.report.push_back({connector_event::kind::state_changed, shown, breaker.state(), outcome.key,
                          "an attempt was answered twice"});
    return;
  }
  AIRTRAIN_INVARIANT(window.at(index).what.key == outcome.key);
  slots.give_back(window.at(index).retry);
  if (outcome.with.probe) {
    AIRTRAIN_INVARIANT(probe_in_flight);
    probe_in_flight = false;
  }
  if (outcome.result.outcome == answer_class::delivered)
    return judge_delivered(index, outcome, now, out);
  last_error_at_ms = now.wall_ms;
  last_error = outcome.result;
  switch (outcome.result.outcome) {
    case answer_class::retry:
      return judge_retry(index, outcome, now, out);
    case answer_class::throttled:
      return judge_throttled(index, outcome, now, out);
    case answer_class::reject:
      return judge_reject(index, outcome, now, out);
    case answer_class::refused:
      return judge_refused(index, outcome, now, out);
    case answer_class::hold:
    case answer_class::hold_manual:
      return judge_hold(index, outcome, now, out);
    case answer_class::delivered:
      break;
  }
  const bool known_answer_class = false;
  AIRTRAIN_INVARIANT(known_answer_class);
}

void dispatcher::state::judge_delivered(slot_index index, attempt_outcome& outcome,
                                        const instant& now, dispatch_actions& out) {
  ++delivered_total;
  keep_later = true;
  // That it ever delivered decides how soon its guard holds it, also after a crash.
  if (delivered_total == 1) keep_now = true;
  // While the guard holds, its group goes on: it ends with the hold.
  if (held.kind() != hold_kind::guard) guard.delivered();
  refused.delivered();
  throttled.delivered();
  if (!outcome.with.probe)
    slots.succeeded(outcome.with.serial, outcome.answered_in.value_or(outcome.took),
                    window.next_serial(), now.steady);
  if (vouches(outcome) && held.probed())
    end_hold(now, out);
  else
    target_is_alive(outcome, now, out);
  leave(index, settle_from(index, outcome, settlement::kind::delivered), out);
}

/// The target answered for this event: a success for the breaker, and proof enough to end a hold
/// that was not the guard's.
void dispatcher::state::target_is_alive(const attempt_outcome& outcome, const instant& now,
                                        dispatch_actions& out) {
  if (outcome.result.why == reason::mapping_error) return;  // nobody was asked
  if (held.active()) {
    if (vouches(outcome) && held.kind() == hold_kind::refused_us) end_hold(now, out);
    return;
  }
  if (!breaker.succeeded(outcome.with.generation, now.steady)) return;
  recover(now);
  breaker_moved("probes were answered", out);
}

/// A probe that was sent under the hold or the half-open circuit that is still there.
bool dispatcher::state::vouches(const attempt_outcome& outcome) const {
  return outcome.with.probe && outcome.with.generation == breaker.generation();
}

void dispatcher::state::judge_retry(slot_index index, attempt_outcome& outcome, const instant& now,
                                    dispatch_actions& out) {
  window_slot& slot = window.at(index);
  const verdict& v = outcome.result;
  slot.unknown = true;
  const bool answered_for_event = v.scope == failure_scope::event;
  if (answered_for_event) target_is_alive(outcome, now, out);
  if (held.active() && outcome.with.probe) return stay(index, out);

  const bool others_went_through = (slot.what.history.attempts > 0 || slot.failed) &&
                                   delivered_total > slot.what.history.delivered_at_last_failure;
  const bool event_scope = answered_for_event || others_went_through;
  const bool counted = breaker.lets_flow() && !held.active();
  if (!event_scope) {
    if (!outcome.with.probe) slots.failed(outcome.with.serial, window.next_serial(), now.steady);
    if (!held.active() &&
        breaker.failed(outcome.with.generation, now.steady, hint_of(v, options.retry), random)) {
      breaker_text = v.message;
      if (outcome.with.probe) suspect_poison(outcome.key, now, out);
      breaker_moved(v.message, out);
    }
    // It waits where it is: a backlog behind a closed door is not written out again.
    if (!counted) {
      slot.failed = true;
      slot.what.history.delivered_at_last_failure = delivered_total;
      return stay(index, out);
    }
  }
  if (counted) {
    note_failure(slot, outcome, event_scope, now);
    auto end = settle_from(index, outcome, settlement::kind::dead);
    if (event_scope && exhausted(slot, end, now)) return die(index, std::move(end), out);
  }
  retry_later(index, outcome, event_scope ? failure_scope::event : failure_scope::connector,
              counted, now, out);
}

void dispatcher::state::judge_throttled(slot_index index, const attempt_outcome& outcome,
                                        const instant& now, dispatch_actions& out) {
  throttled.hit(options.retry, outcome.result.retry_after_ms, outcome.with.serial,
                window.next_serial(), now.steady, random);
  held.wait_at_least(throttled.until());
  slots.throttled(outcome.with.serial, window.next_serial(), now.steady, throttled.until());
  keep_now = true;
  stay(index, out);
}

void dispatcher::state::judge_reject(slot_index index, attempt_outcome& outcome, const instant& now,
                                     dispatch_actions& out) {
  target_is_alive(outcome, now, out);
  if (held.kind() == hold_kind::guard && outcome.with.probe) {
    // The guard doubts the connector, not the event; unless there is only this one to ask with.
    const bool sole = window.count(slot_state::ready) == 0;
    if (!sole || held.sole_candidate_rejected(outcome.key) < sole_candidate_rejections)
      return stay(index, out);
  }
  const bool hold_it = guard.rejected(outcome.key, delivered_total > 0) && !held.active();
  keep_later = true;
  note_failure(window.at(index), outcome, true, now);
  auto end = settle_from(index, outcome, settlement::kind::dead);
  end.why = outcome.result.why == reason::none ? reason::answered : outcome.result.why;
  end.group = guard.group();
  die(index, std::move(end), out);
  if (hold_it)
    start_hold(
        hold_kind::guard,
        "rejected " + std::to_string(guard.run()) +
            " in a row: the connector looks wrong, not the events. Last: " + outcome.result.message,
        now, out);
}

void dispatcher::state::judge_refused(slot_index index, attempt_outcome& outcome,
                                      const instant& now, dispatch_actions& out) {
  if (held.active() && outcome.with.probe) return stay(index, out);
  const auto meaning = refused.refused(outcome.key, delivered_total);
  const bool counted = breaker.lets_flow() && !held.active();
  if (counted) note_failure(window.at(index), outcome, false, now);
  if (meaning == refusals::meaning::this_event) {
    auto end = settle_from(index, outcome, settlement::kind::dead);
    end.why = reason::refused_repeatedly;
    return die(index, std::move(end), out);
  }
  retry_later(index, outcome, failure_scope::event, counted, now, out);
  keep_later = true;
  if (meaning == refusals::meaning::us && !held.active())
    start_hold(hold_kind::refused_us, "forbidden many times in a row: " + outcome.result.message,
               now, out);
}

void dispatcher::state::judge_hold(slot_index index, const attempt_outcome& outcome,
                                   const instant& now, dispatch_actions& out) {
  const bool manual = outcome.result.outcome == answer_class::hold_manual;
  if (!held.active() || (manual && held.kind() != hold_kind::manual))
    start_hold(manual ? hold_kind::manual : hold_kind::refused_us, outcome.result.message, now,
               out);
  stay(index, out);
}

void dispatcher::state::suspect_poison(const delivery_key& key, const instant& now,
                                       dispatch_actions& out) {
  if (key != suspect || !suspect_since) {
    suspect = key;
    suspect_since = now.steady;
    suspect_reported = false;
  }
  if (suspect_reported || now.steady - *suspect_since < suspicion_after) return;
  suspect_reported = true;
  out.report.push_back({connector_event::kind::suspected_poison, shown, breaker.state(), key,
                        "one delivery alone keeps the circuit open"});
}

}  // namespace airtrain
