#include "core/dispatch/dispatcher.hpp"

#include <algorithm>

#include "core/dispatch/dispatcher_state.hpp"
#include "messages/invariant.hpp"

namespace airtrain {

void dispatch_actions::clear() {
  settle.clear();
  send.clear();
  fetch.reset();
  save_state.reset();
  report.clear();
  tokens.reset();
  wake_at.reset();
}

dispatcher::state::state(const dispatch_options& o, std::uint64_t random_seed)
    : options(o),
      random(random_seed),
      window(o.window, o.window_bytes),
      lanes(window),
      fetches(o.blocked_lanes_max),
      breaker(o.breaker),
      rate(o),
      slots(o),
      held(o.hold_probe_interval),
      guard(o) {}

dispatcher::dispatcher(const dispatch_options& options, std::uint64_t random_seed)
    : state_(std::make_unique<state>(options, random_seed)) {}
dispatcher::~dispatcher() = default;
dispatcher::dispatcher(dispatcher&&) noexcept = default;
dispatcher& dispatcher::operator=(dispatcher&&) noexcept = default;

void dispatcher::opened(const opened_connector& what, instant now, dispatch_actions& out) {
  AIRTRAIN_INVARIANT(!state_->opened);
  state_->opened = true;
  state_->shown_since_ms = now.wall_ms;
  state_->restore(what.owner_state, now, out);
  state_->lanes.restore(what.blocked);
  state_->fetches.opened(what, now, state_->delay_longest());
  state_->finish(now, out);
}

void dispatcher::work_available(instant now, dispatch_actions& out) {
  state_->fetches.fresh_again();
  state_->fetches.look_for_due();
  state_->finish(now, out);
}

void dispatcher::fetched(fetch_result result, instant now, dispatch_actions& out) {
  state& s = *state_;
  s.fetches.answered(result, now);
  const fetch_request& asked = result.request;
  for (delivery& d : result.deliveries) s.admit(std::move(d), asked.what, out);
  if (!result.error.empty()) {
    out.report.push_back({connector_event::kind::state_changed,
                          s.shown,
                          s.breaker.state(),
                          {},
                          "the store could not be read: " + result.error});
    if (asked.what == fetch_kind::lane) s.lanes.fetch_failed(asked.lane);
  } else if (asked.what == fetch_kind::lane) {
    s.lanes.fetch_ended(asked.lane, result.more);
  }
  s.finish(now, out);
}

void dispatcher::attempted(std::vector<attempt_outcome> outcomes, instant now,
                           dispatch_actions& out) {
  for (attempt_outcome& outcome : outcomes) state_->judge(outcome, now, out);
  state_->finish(now, out);
}

void dispatcher::tick(instant now, dispatch_actions& out) {
  state_->finish(now, out);
}

void dispatcher::granted(std::uint32_t tokens, instant now, dispatch_actions& out) {
  state_->rate.granted(tokens);
  state_->finish(now, out);
}

void dispatcher::pause(instant now, dispatch_actions& out) {
  state_->paused = true;
  state_->keep_now = true;
  state_->finish(now, out);
}

void dispatcher::resume(instant now, dispatch_actions& out) {
  state& s = *state_;
  if (s.paused) {
    s.paused = false;
    s.keep_now = true;
  } else if (s.held.active()) {
    s.end_hold(now, out);
  }
  s.finish(now, out);
}

void dispatcher::command(breaker_command what, instant now, dispatch_actions& out) {
  state& s = *state_;
  switch (what) {
    case breaker_command::force_open:
      s.breaker.force_open();
      break;
    case breaker_command::disable:
      s.breaker.disable();
      s.recover(now);
      break;
    case breaker_command::automatic:
      // A circuit that judges for itself already keeps its judgement.
      if (s.breaker.state() != breaker_state::forced_open &&
          s.breaker.state() != breaker_state::disabled)
        return s.finish(now, out);
      [[fallthrough]];
    case breaker_command::reset:
      s.breaker.close();
      s.recover(now);
      break;
  }
  s.breaker_moved("by an operator", out);
  s.finish(now, out);
}

void dispatcher::lanes_changed(const std::vector<blocked_lane>& lanes, instant now,
                               dispatch_actions& out) {
  state& s = *state_;
  for (const blocked_lane& lane : lanes)
    if (s.lanes.changed(lane)) s.report_released({}, out);
  s.fetches.look_for_due();
  s.finish(now, out);
}

void dispatcher::drain(instant now, dispatch_actions& out) {
  state& s = *state_;
  s.draining = true;
  s.keep_now = true;
  for (slot_index i = 0; i < s.window.slot_count(); ++i) {
    const auto at = s.window.at(i).state;
    if (at == slot_state::ready || at == slot_state::follower) s.give_back(i, out);
  }
  s.finish(now, out);
}

std::uint32_t dispatcher::in_flight() const {
  return state_->slots.in_flight();
}

connector_status dispatcher::status(instant now) const {
  return state_->status(now);
}

waits dispatcher::why(const delivery_key& key, lane_id lane, instant now) const {
  return state_->why(key, lane, now);
}

void dispatcher::state::admit(delivery&& what, fetch_kind from, dispatch_actions& out) {
  // A crash forgets the last seconds of the count, but not the record of a failure that has seen
  // more: counted from below it, what goes through from now on would not tell it fails alone.
  delivered_total = std::max(delivered_total, what.history.delivered_at_last_failure);
  const slot_index index = window.admit(std::move(what), from == fetch_kind::due);
  const window_slot& slot = window.at(index);
  if (draining) {
    put_back(index, settlement::kind::give_back, out);
    return;
  }
  if (slot.what.lane == no_lane) {
    window.make_ready(index);
    return;
  }
  if (options.coalesce_latest) supersede(lanes.superseded_by(index, from), out);
  const auto stopped_before = lanes.stopped();
  const auto placement = lanes.place(index, from);
  if (lanes.stopped() < stopped_before) report_released(slot.what.key, out);
  switch (placement) {
    case lane_table::placement::ready:
      window.make_ready(index);
      return;
    case lane_table::placement::follower:
      return;
    case lane_table::placement::aside:
      move_aside(index, out);
      return;
  }
}

void dispatcher::state::report_released(const delivery_key& key, dispatch_actions& out) {
  out.report.push_back(
      {connector_event::kind::lane_released, shown, breaker.state(), key, "a lane flows again"});
}

void dispatcher::state::make_ready(slot_index index) {
  if (index != no_slot) window.make_ready(index);
}

void dispatcher::state::put_back(slot_index index, settlement::kind what, dispatch_actions& out) {
  out.settle.push_back(settle_as_is(index, what));
  window.release(index);
}

void dispatcher::state::move_aside(slot_index index, dispatch_actions& out) {
  put_back(index, settlement::kind::aside, out);
}

void dispatcher::state::give_back(slot_index index, dispatch_actions& out) {
  if (window.at(index).what.lane != no_lane) lanes.forget(index);
  put_back(index, settlement::kind::give_back, out);
}

void dispatcher::state::finish(const instant& now, dispatch_actions& out) {
  if (!opened) return;
  compare_clocks(now);
  if (breaker.advance(now.steady)) {
    breaker_moved("its open time is over", out);
    fetches.release_connector_scope();
  }
  waiting_for_rate = 0;
  send_what_may_go(now, out);
  if (const auto order = rate.settle(waiting_for_rate)) {
    if (!out.tokens) out.tokens.emplace();
    out.tokens->add(*order);
  }
  if (!draining && !out.fetch) out.fetch = fetches.plan(fetch_appetite(now), window, lanes, now);
  clock.run(reachable(now), now.steady);
  notice_condition(now, out);
  keep(now, out);
  out.wake_at = wake_at(now);
  AIRTRAIN_INVARIANT(slots.in_flight() == window.count(slot_state::in_flight));
}

std::optional<std::chrono::microseconds> dispatcher::state::wake_at(const instant& now) {
  std::optional<std::chrono::microseconds> at;
  const auto also = [&](std::chrono::microseconds when) {
    if (when > now.steady) at = at ? std::min(*at, when) : when;
  };
  if (const auto until = breaker.open_until()) also(*until);
  also(throttled.until());
  if (held.probed()) also(held.next_probe());
  if (const auto next = rate.next(now.steady); next && window.count(slot_state::ready) > 0)
    also(*next);
  if (const auto when = fetches.wake_at(fetch_appetite(now), now); when && !draining) also(*when);
  if (keep_later) also(kept_at + owner_state_interval);
  return at;
}

}  // namespace airtrain
