#include "actors/in_flight.hpp"

#include <algorithm>

#include "messages/invariant.hpp"

namespace airtrain {

void in_flight::sent(const attempt_order& order, instant now) {
  AIRTRAIN_INVARIANT(entries_.empty() || entries_.back().with.serial < order.with.serial);
  entries_.push_back(
      {order.what.key, order.with, now, order.what.event->accepted_at_ms(), /*over=*/false});
  ++count_;
}

std::optional<std::int64_t> in_flight::completed(const permit& with) {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), with.serial,
                       [](const entry& e, std::uint64_t serial) { return e.with.serial < serial; });
  if (found == entries_.end() || found->with.serial != with.serial || found->over) return {};
  const auto accepted_at_ms = found->accepted_at_ms;
  found->over = true;
  --count_;
  drop_finished();
  return accepted_at_ms;
}

std::vector<attempt_outcome> in_flight::overdue(instant now) {
  std::vector<attempt_outcome> given_up;
  while (!entries_.empty() && entries_.front().sent_at.steady + kept_max_ <= now.steady) {
    auto& oldest = entries_.front();
    attempt_outcome outcome;
    outcome.key = oldest.key;
    outcome.with = oldest.with;
    outcome.result.why = reason::attempt_timeout;
    outcome.result.message = "the connector did not complete the attempt";
    outcome.started_wall_ms = oldest.sent_at.wall_ms;
    outcome.took = now.steady - oldest.sent_at.steady;
    given_up.push_back(std::move(outcome));
    oldest.over = true;
    --count_;
    drop_finished();
  }
  return given_up;
}

std::optional<std::chrono::microseconds> in_flight::next_deadline() const {
  if (entries_.empty()) return {};
  return entries_.front().sent_at.steady + kept_max_;
}

void in_flight::drop_finished() {
  while (!entries_.empty() && entries_.front().over) entries_.pop_front();
}

}  // namespace airtrain
