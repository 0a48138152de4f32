#include "tests/sim/conduct.hpp"

#include <algorithm>

namespace airtrain::sim {

void conduct::judge(const told& fact, const connector_status& before, const connector_status& after,
                    const dispatch_actions& actions, bool draining) {
  const bool held_before = held_;
  held_ = held_after(fact, before, after);
  judge_breaker(fact, before, after, held_before && !held_);
  if (fact.outcomes)
    for (const auto& outcome : *fact.outcomes) in_flight_.erase(outcome.with.serial);
  if (before.breaker != after.breaker || held_before != held_)
    for (auto& [serial, sent] : in_flight_) sent.outdated = true;

  judge_sends(after, actions, draining);
  for (const auto& order : actions.send) {
    const bool is_new = in_flight_.emplace(order.with.serial, attempt{order.with.probe}).second;
    demand(is_new, "connector {} used serial {} twice", connector_, order.with.serial);
  }
  demand(in_flight_.size() == after.in_flight, "connector {} has {} in flight and shows {}",
         connector_, in_flight_.size(), after.in_flight);
  demand(after.window <= options_.window, "connector {} has {} in its window", connector_,
         after.window);
}

/// A pause hides a hold, and that it has ended but for what it does to the breaker.
bool conduct::held_after(const told& fact, const connector_status& before,
                         const connector_status& after) const {
  if (after.state != connector_state::paused) return after.state == connector_state::held;
  if (fact.moves_breaker) return true;
  return held_ && !(before.breaker != after.breaker && after.breaker == breaker_state::closed);
}

void conduct::judge_opening(const connector_status& left, const connector_status& found,
                            bool config_changed) const {
  const auto by_operator = [](breaker_state state) {
    return state == breaker_state::forced_open || state == breaker_state::disabled;
  };
  demand((left.state == connector_state::paused) == (found.state == connector_state::paused),
         "a restart changed the pause of connector {}", connector_);
  demand(
      !(by_operator(left.breaker) || by_operator(found.breaker)) || left.breaker == found.breaker,
      "a restart took the breaker of connector {} from {} to {}", connector_,
      to_string(left.breaker), to_string(found.breaker));
  if (left.state == connector_state::paused) return;
  const bool held_before = left.state == connector_state::held;
  const bool held_now = found.state == connector_state::held;
  demand(held_now == (held_before && !config_changed), "connector {} was{} held, and is{} now",
         connector_, held_before ? "" : " not", held_now ? "" : " not");
}

bool conduct::outdated(const std::vector<attempt_outcome>& outcomes) const {
  return std::all_of(outcomes.begin(), outcomes.end(), [&](const attempt_outcome& outcome) {
    return in_flight_.at(outcome.with.serial).outdated;
  });
}

void conduct::judge_breaker(const told& fact, const connector_status& before,
                            const connector_status& after, bool hold_ended) const {
  if (before.breaker == after.breaker || fact.moves_breaker) return;
  const bool by_time =
      before.breaker == breaker_state::open && after.breaker == breaker_state::half_open;
  if (by_time || hold_ended) return;
  demand(fact.outcomes != nullptr, "the breaker of connector {} went from {} to {} on {}",
         connector_, to_string(before.breaker), to_string(after.breaker), fact.what);
  demand(!outdated(*fact.outcomes),
         "an answer from before the breaker of connector {} last moved took it from {} to {}",
         connector_, to_string(before.breaker), to_string(after.breaker));
  const bool legal =
      (before.breaker == breaker_state::closed && after.breaker == breaker_state::open) ||
      (before.breaker == breaker_state::half_open && after.breaker == breaker_state::open) ||
      (before.breaker == breaker_state::half_open && after.breaker == breaker_state::closed);
  demand(legal, "the breaker of connector {} went from {} to {}", connector_,
         to_string(before.breaker), to_string(after.breaker));
  if (after.breaker == breaker_state::open)
    demand(std::any_of(fact.outcomes->begin(), fact.outcomes->end(),
                       [](const attempt_outcome& outcome) {
                         return outcome.result.outcome == answer_class::retry &&
                                outcome.result.scope == failure_scope::connector;
                       }),
           "the breaker of connector {} opened on an answer that blames no one", connector_);
}

void conduct::judge_sends(const connector_status& after, const dispatch_actions& actions,
                          bool draining) const {
  if (actions.send.empty()) return;
  demand(!draining, "connector {} sent while it drained", connector_);
  demand(after.state != connector_state::paused, "connector {} sent while paused", connector_);
  demand(after.state != connector_state::throttled, "connector {} sent while throttled",
         connector_);
  const bool held = after.state == connector_state::held;
  const bool flows =
      !held && (after.breaker == breaker_state::closed || after.breaker == breaker_state::disabled);
  if (flows) {
    demand(after.in_flight <= after.concurrency_limit, "connector {} has {} in flight of {}",
           connector_, after.in_flight, after.concurrency_limit);
    return;
  }
  demand(held || after.breaker == breaker_state::half_open, "connector {} sent while {}",
         connector_, to_string(after.breaker));
  demand(actions.send.size() == 1 && actions.send[0].with.probe,
         "connector {} sent more than a probe while {}", connector_, held ? "held" : "half open");
  for (const auto& [serial, sent] : in_flight_)
    demand(!sent.probe, "connector {} sent a second probe", connector_);
}

}  // namespace airtrain::sim
