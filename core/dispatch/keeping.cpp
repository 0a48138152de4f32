#include "core/dispatch/dispatcher_state.hpp"

namespace airtrain {
namespace {

std::int64_t ms_of(std::chrono::microseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

owner_state dispatcher::state::to_keep(const instant& now) const {
  owner_state s;
  s.kept_at_ms = now.wall_ms;
  s.config_digest = options.config_digest;
  s.clock_doubt_ms = clocks.doubt_left(now).count();
  s.breaker = breaker.keep(now.steady, now.wall_ms);
  s.held = held.kind();
  s.held_since_ms = held.since_ms();
  s.held_message = held.message();
  s.sole_candidate = held.sole_candidate();
  s.sole_candidate_rejections = held.sole_candidate_rejections();
  s.paused = paused;
  s.state_since_ms = shown_since_ms;
  if (throttled.active(now.steady))
    s.throttled_until_ms = now.wall_ms + ms_of(throttled.until() - now.steady);
  s.throttles_in_a_row = throttled.in_a_row();
  s.closed_at_ms = closed_at_ms;
  s.reachable_ms = clock.read_ms(now.steady);
  s.delivered_total = delivered_total;
  s.reject_run = guard.run();
  s.reject_group = guard.group();
  s.refused_run = refused.run();
  s.refused = refused.remembered();
  if (suspect_since) {
    s.suspect = suspect;
    s.suspect_for_ms = ms_of(now.steady - *suspect_since);
  }
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
  clocks.observe(now);
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
  const bool set_back = s->kept_at_ms > now.wall_ms + clock_agreement::parted_from.count();
  clocks.doubt(
      set_back ? clock_agreement::believed_after : std::chrono::milliseconds{s->clock_doubt_ms},
      now);
  const auto longest = std::max(options.retry.retry_after_max, options.breaker.open_max * 11 / 10);
  breaker.restore(s->breaker, now.steady, now.wall_ms, longest);
  guard.restore(s->reject_run, s->reject_group);
  refused.restore(s->refused_run, s->refused);
  restore_hold(*s, now, out);
  paused = s->paused;
  throttled.restore(s->throttled_until_ms - now.wall_ms, options.retry.retry_after_max, now.steady,
                    s->throttles_in_a_row);
  closed_at_ms = std::min(s->closed_at_ms, now.wall_ms);
  clock = reachable_clock{s->reachable_ms};
  delivered_total = s->delivered_total;
  if (s->suspect_for_ms > 0) {
    suspect = s->suspect;
    suspect_since = now.steady - std::chrono::milliseconds{s->suspect_for_ms};
  }
  // What waits on disk for the target may be all there is to probe with.
  if (condition(now) != connector_state::running) fetches.release_connector_scope();
  shown = condition(now);
  if (shown != connector_state::running && s->state_since_ms != 0)
    shown_since_ms = s->state_since_ms;
}

/// A hold says that what is configured does not work; what is configured now may.
void dispatcher::state::restore_hold(const owner_state& kept, const instant& now,
                                     dispatch_actions& out) {
  const bool changed = kept.config_digest != 0 && options.config_digest != 0 &&
                       kept.config_digest != options.config_digest;
  if (changed) keep_now = true;
  if (kept.held == hold_kind::none) return;
  held.start(kept.held, kept.held_message, kept.held_since_ms, now.steady);
  held.restore_sole_candidate(kept.sole_candidate, kept.sole_candidate_rejections);
  if (!changed) return;
  out.report.push_back({connector_event::kind::state_changed,
                        connector_state::running,
                        breaker.state(),
                        {},
                        "its configuration has changed: the hold has ended"});
  end_hold(now, out);
}

}  // namespace airtrain
