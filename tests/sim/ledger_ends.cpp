// Which ends a delivery may come to without an attempt.

#include <algorithm>

#include "tests/sim/ledger.hpp"

namespace airtrain::sim {

void ledger::configured(connector_id connector, const dispatch_options& options) {
  accounts_.at(connector).options = options;
}

void ledger::wall_clock_set(connector_id connector, milliseconds by) {
  accounts_.at(connector).clock_set_by += by;
}

void ledger::demand_may_expire(const account& of, const record& one, const settlement& decided,
                               std::int64_t wall_ms) const {
  const auto key = text(decided.key);
  const auto& event = submissions_.find(one.event)->second.item.what;
  demand(of.options.expires_after.count() > 0 &&
             wall_ms >= event->accepted_at_ms() + of.options.expires_after.count(),
         "delivery {} expired before its time", key);
  demand(!one.replayed || !decided.history.lift_deadline, "delivery {} expired after a replay",
         key);
  demand(std::chrono::abs(of.clock_set_by) <= std::chrono::minutes{1},
         "delivery {} expired by a clock that was set", key);
}

/// Only the latest of a lane counts: then one that was never sent gives way to the next of its
/// type.
void ledger::demand_superseded(const account& of, const record& one, const settlement& decided,
                               bool sent) const {
  const auto key = text(decided.key);
  demand(decided.why == reason::superseded && of.options.coalesce_latest && one.lane != no_lane,
         "delivery {} was thrown away", key);
  demand(!sent && decided.history.attempts == 0 && !decided.counted,
         "delivery {} was thrown away after an attempt", key);
  demand(!decided.history.lift_deadline, "delivery {} was replayed and thrown away", key);
  const auto& lane = of.blocking.at(one.lane);
  const auto next = std::find_if(lane.upper_bound(decided.key), lane.end(), [&](const auto& later) {
    return !of.records.at(later).may_be_late;
  });
  demand(next != lane.end(), "delivery {} was thrown away for nothing", key);
  const auto& newer = of.records.at(*next);
  const auto type_of = [this](const record& r) {
    return submissions_.find(r.event)->second.item.what->type();
  };
  demand(newer.taken && type_of(newer) == type_of(one),
         "delivery {} was thrown away for {}, which does not replace it", key, text(*next));
}

}  // namespace airtrain::sim
