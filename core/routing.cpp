#include "core/routing.hpp"

#include <algorithm>

#include "messages/invariant.hpp"

namespace airtrain {
namespace {

// Fills in what the subscription says of the event; false: `when` does not want it.
bool admit(const subscription& wanted, const event_view& event, routed& route) {
  route.connector = wanted.connector;
  if (wanted.when) {
    auto truth = wanted.when->truth(event);
    if (!truth)
      route.error = std::move(truth.error().message);
    else if (!*truth)
      return false;
  }
  if (wanted.lane_key) {
    const auto lane = wanted.lane_key->lane(event);
    route.lane = lane.value_or(no_lane);
    route.lane_missing = !lane;
  }
  return true;
}

}  // namespace

routing_table::routing_table(std::vector<subscription> subscriptions)
    : subscriptions_(std::move(subscriptions)) {
  std::sort(subscriptions_.begin(), subscriptions_.end(),
            [](const auto& a, const auto& b) { return a.connector < b.connector; });
  for (std::uint32_t i = 0; i < subscriptions_.size(); ++i) {
    AIRTRAIN_INVARIANT(i == 0 || subscriptions_[i - 1].connector < subscriptions_[i].connector);
    for (const std::string_view pattern : subscriptions_[i].patterns) {
      const bool prefix = pattern.ends_with('*');
      const auto text = pattern.substr(0, pattern.size() - (prefix ? 1 : 0));
      (prefix ? prefixes_ : exact_)[std::string{text}].push_back(i);
      if (prefix) prefix_lengths_.push_back(text.size());
    }
  }
  std::sort(prefix_lengths_.begin(), prefix_lengths_.end());
  prefix_lengths_.erase(std::unique(prefix_lengths_.begin(), prefix_lengths_.end()),
                        prefix_lengths_.end());
}

template <class F>
void routing_table::for_each_match(std::string_view type, F visit) const {
  if (const auto found = exact_.find(type); found != exact_.end()) visit(found->second);
  for (const auto length : prefix_lengths_) {
    if (length > type.size()) return;
    const auto found = prefixes_.find(type.substr(0, length));
    if (found != prefixes_.end()) visit(found->second);
  }
}

void routing_table::route(const event_view& event, std::vector<routed>& out) const {
  // Until the routes are filled in, their connector is the subscription's index.
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  for_each_match(event.get().type(), [&out](const std::vector<std::uint32_t>& matches) {
    for (const auto index : matches) out.emplace_back().connector = index;
  });
  const auto by_index = [](const routed& a, const routed& b) { return a.connector < b.connector; };
  const auto same_index = [](const routed& a, const routed& b) {
    return a.connector == b.connector;
  };
  if (!std::is_sorted(out.begin() + first, out.end(), by_index))
    std::sort(out.begin() + first, out.end(), by_index);
  out.erase(std::unique(out.begin() + first, out.end(), same_index), out.end());
  out.erase(std::remove_if(out.begin() + first, out.end(),
                           [this, &event](routed& route) {
                             return !admit(subscriptions_[route.connector], event, route);
                           }),
            out.end());
}

bool routing_table::names(std::string_view type) const {
  if (exact_.contains(type)) return true;
  return std::any_of(prefix_lengths_.begin(), prefix_lengths_.end(), [&](std::size_t length) {
    return length > 0 && length <= type.size() && prefixes_.contains(type.substr(0, length));
  });
}

std::string routing_table::nearest(std::string_view type) const {
  std::vector<std::string_view> candidates;
  candidates.reserve(exact_.size());
  for (const auto& [known, matches] : exact_) candidates.push_back(known);
  std::sort(candidates.begin(), candidates.end());
  return std::string{nearest_name(type, candidates)};
}

}  // namespace airtrain
