#include <fmt/format.h>

#include "core/dispatch/dispatcher_state.hpp"

namespace airtrain {
namespace {

std::string id_of(const delivery_key& key) {
  return fmt::format("{}.{}", key.seq, key.part);
}

std::int64_t wall_of(std::chrono::microseconds steady, const instant& now) {
  return now.wall_ms + std::chrono::ceil<std::chrono::milliseconds>(steady - now.steady).count();
}

}  // namespace

connector_status dispatcher::state::status(const instant& now) const {
  connector_status s;
  s.state = condition(now);
  s.why = condition_text(now);
  s.since_ms = shown_since_ms;
  s.breaker = breaker.state();
  if (const auto until = breaker.open_until()) s.breaker_until_ms = wall_of(*until, now);
  s.in_flight = slots.in_flight();
  s.concurrency_limit = slots.limit();
  s.window = window.used();
  s.lanes_stopped = lanes.stopped();
  s.delivered_total = delivered_total;
  s.last_error_at_ms = last_error_at_ms;
  s.last_error_class = last_error.outcome;
  s.last_error_status = last_error.status;
  s.last_error = last_error.message;
  return s;
}

waits dispatcher::state::why(const delivery_key& key, lane_id lane, const instant& now) const {
  waits out;
  const slot_index index = window.find_key(key);
  const bool here = index != no_slot;
  if (here && window.at(index).state == slot_state::in_flight) return out;
  why_connector(now, out);
  if (lane != no_lane) why_lane(key, lane, out);
  const bool nothing_yet = out.waits_for.empty();
  if (nothing_yet && here && window.at(index).state == slot_state::ready) {
    why_ready(index, now, out);
  } else if (nothing_yet && !here) {
    // On disk: what was read already and is not here has failed and waits for its time.
    if (fetches.frontier() == delivery_key{})
      out.waits_for.push_back({"behind", "", 0});
    else if (key > fetches.frontier())
      out.waits_for.push_back({"behind", id_of(fetches.frontier()), 0});
    else
      out.waits_for.push_back({"retry", "", fetches.next_due_ms()});
  }
  for (const wait_reason& r : out.waits_for) {
    if (r.until_ms == 0) {
      out.earliest_ms = 0;
      break;
    }
    out.earliest_ms = std::max(out.earliest_ms, r.until_ms);
  }
  return out;
}

void dispatcher::state::why_connector(const instant& now, waits& out) const {
  if (paused) out.waits_for.push_back({"pause", "", 0});
  if (held.active())
    out.waits_for.push_back(
        {"hold", "", held.probed() ? wall_of(std::max(held.next_probe(), now.steady), now) : 0});
  if (!breaker.lets_flow()) {
    const auto until = breaker.open_until();
    out.waits_for.push_back({"breaker", "", until ? wall_of(*until, now) : 0});
  }
  if (throttled.active(now.steady))
    out.waits_for.push_back({"throttle", "", wall_of(throttled.until(), now)});
}

void dispatcher::state::why_lane(const delivery_key& key, lane_id lane, waits& out) const {
  const lane_entry* at = lanes.find(lane);
  if (!at) return;
  if (at->stopped && key > at->stopped_by) {
    out.waits_for.push_back({"stopped_lane", id_of(at->stopped_by), 0});
    return;
  }
  for (const waiting_retry& w : at->waiting) {
    if (w.key == key) {
      out.waits_for.push_back({"retry", "", w.due_ms});
      return;
    }
    if (w.key < key) {
      out.waits_for.push_back({"lane", id_of(w.key), 0});
      return;
    }
  }
  const bool active_other = at->active != no_slot && window.at(at->active).what.key != key;
  if (active_other)
    out.waits_for.push_back({"lane", id_of(window.at(at->active).what.key), 0});
  else if (at->active == no_slot && at->aside && key >= at->first_aside)
    out.waits_for.push_back({"lane", id_of(at->first_aside), 0});
}

void dispatcher::state::why_ready(slot_index index, const instant& now, waits& out) const {
  if (rate.waits_for_shared())
    out.waits_for.push_back({"rate_limit", options.shared_rate, 0});
  else if (const auto next = rate.next(now.steady); next && *next > now.steady)
    out.waits_for.push_back({"rate_limit", "", wall_of(*next, now)});
  const bool fresh_waits = window.fresh_ready() > 0;
  const bool may_start = window.at(index).retry ? slots.free_for_retry(fresh_waits) : slots.free();
  if (!may_start) out.waits_for.push_back({"concurrency", "", 0});
}

}  // namespace airtrain
