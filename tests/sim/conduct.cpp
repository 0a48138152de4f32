#include "tests/sim/conduct.hpp"

#include <algorithm>

namespace airtrain::sim {

void conduct::judge(const told& fact, const connector_status& before, const connector_status& after,
                    const dispatch_actions& actions, bool draining) {
  judge_breaker(fact, before, after);
  if (fact.outcomes)
    for (const auto& outcome : *fact.outcomes) in_flight_.erase(outcome.with.serial);
  const bool held_before = before.state == connector_state::held;
  const bool held_after = after.state == connector_state::held;
  if (before.breaker != after.breaker || held_before != held_after)
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

bool conduct::outdated(const std::vector<attempt_outcome>& outcomes) const {
  return std::all_of(outcomes.begin(), outcomes.end(), [&](const attempt_outcome& outcome) {
    return in_flight_.at(outcome.with.serial).outdated;
  });
}

void conduct::judge_breaker(const told& fact, const connector_status& before,
                            const connector_status& after) const {
  if (before.breaker == after.breaker || fact.moves_breaker) return;
  const bool by_time =
      before.breaker == breaker_state::open && after.breaker == breaker_state::half_open;
  const bool by_end_of_hold =
      before.state == connector_state::held && after.state != connector_state::held;
  if (by_time || by_end_of_hold) return;
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
  if (flows) return;
  demand(held || after.breaker == breaker_state::half_open, "connector {} sent while {}",
         connector_, to_string(after.breaker));
  demand(actions.send.size() == 1 && actions.send[0].with.probe,
         "connector {} sent more than a probe while {}", connector_, held ? "held" : "half open");
  for (const auto& [serial, sent] : in_flight_)
    demand(!sent.probe, "connector {} sent a second probe", connector_);
}

}  // namespace airtrain::sim
