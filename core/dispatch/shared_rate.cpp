#include "core/dispatch/shared_rate.hpp"

#include <algorithm>

#include "messages/invariant.hpp"

namespace airtrain {
namespace {
constexpr double turn_seconds = 0.01;
}

shared_rate::shared_rate(double per_second)
    : bucket_(per_second),
      turn_max_(std::max(1u, static_cast<std::uint32_t>(per_second * turn_seconds))) {
  AIRTRAIN_INVARIANT(per_second > 0);
}

void shared_rate::want(member_id id, std::uint32_t tokens) {
  member& one = members_[id];
  if (one.wanted > 0) step_out(id, one);
  one.wanted = tokens;
  if (tokens > 0) line_up(id, one);
}

void shared_rate::give_back(member_id id, std::uint32_t tokens) {
  bucket_.give_back(tokens);
  members_[id].finish -= tokens;
}

void shared_rate::line_up(member_id id, member& one) {
  one.start = std::max(virtual_time_, one.finish);
  one.arrival = ++arrivals_;
  line_.insert(place_of(id, one));
}

void shared_rate::step_out(member_id id, const member& one) {
  const auto erased = line_.erase(place_of(id, one));
  AIRTRAIN_INVARIANT(erased == 1);
}

std::uint32_t shared_rate::turn_of(const member& one) const {
  return std::min(one.wanted, turn_max_);
}

std::vector<shared_rate::grant> shared_rate::grants(time now) {
  std::map<member_id, std::uint32_t> granted;
  while (!line_.empty()) {
    const auto id = std::get<member_id>(*line_.begin());
    member& one = members_.at(id);
    const auto tokens = turn_of(one);
    if (!bucket_.take(now, tokens)) break;
    step_out(id, one);
    virtual_time_ = one.start;
    one.finish = one.start + tokens;
    one.wanted -= tokens;
    granted[id] += tokens;
    if (one.wanted > 0) line_up(id, one);
  }
  std::vector<grant> all;
  for (const auto& [id, tokens] : granted) all.push_back({id, tokens});
  return all;
}

std::optional<shared_rate::time> shared_rate::next(time now) const {
  if (line_.empty()) return std::nullopt;
  return bucket_.next(now, turn_of(members_.at(std::get<member_id>(*line_.begin()))));
}

}  // namespace airtrain
