#include <map>
#include <utility>

#include "core/dispatch/dispatcher_state.hpp"

// What operators decide about deliveries that have not ended.
namespace airtrain {

/// The slots of those keys; `no_slot` for one that is not here.
std::vector<slot_index> dispatcher::state::slots_of(const std::vector<delivery_key>& keys) const {
  std::map<delivery_key, slot_index> wanted;
  for (const auto& key : keys) wanted[key] = no_slot;
  for (slot_index i = 0; i < window.slot_count(); ++i) {
    if (window.at(i).state == slot_state::free) continue;
    if (const auto found = wanted.find(window.at(i).what.key); found != wanted.end())
      found->second = i;
  }
  std::vector<slot_index> found;
  found.reserve(keys.size());
  for (const auto& key : keys) found.push_back(std::exchange(wanted[key], no_slot));
  return found;
}

withdrawal dispatcher::state::may_withdraw(slot_index index) const {
  if (index == no_slot) return withdrawal::not_here;
  return window.at(index).state == slot_state::in_flight ? withdrawal::in_flight : withdrawal::done;
}

std::vector<withdrawal> dispatcher::would_withdraw(const std::vector<delivery_key>& keys) const {
  std::vector<withdrawal> would;
  for (const slot_index index : state_->slots_of(keys))
    would.push_back(state_->may_withdraw(index));
  return would;
}

std::vector<withdrawal> dispatcher::withdraw(const std::vector<delivery_key>& keys,
                                             settlement::kind end, instant now,
                                             dispatch_actions& out) {
  state& s = *state_;
  std::vector<withdrawal> became;
  for (const slot_index index : s.slots_of(keys)) {
    became.push_back(s.may_withdraw(index));
    if (became.back() == withdrawal::done) s.withdraw(index, end, out);
  }
  s.finish(now, out);
  return became;
}

void dispatcher::state::withdraw(slot_index index, settlement::kind end, dispatch_actions& out) {
  auto what = settle_as_is(index, end,
                           end == settlement::kind::dead ? reason::dead_lettered_by_operator
                                                         : reason::discarded_by_operator);
  refused.forget(what.key);
  if (what.lane == no_lane || window.at(index).state == slot_state::ready)
    return leave(index, std::move(what), out);
  lanes.forget(index);
  out.settle.push_back(std::move(what));
  window.release(index);
}

void dispatcher::no_longer_wait(const std::vector<blocked_lane>& lanes,
                                const std::vector<delivery_key>& ended) {
  for (const auto& lane : lanes) state_->make_ready(state_->lanes.no_longer_wait(lane.lane, ended));
}

}  // namespace airtrain
