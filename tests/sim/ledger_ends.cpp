// Which ends a delivery may come to without an attempt, and which events may be kept out.

#include <algorithm>

#include "tests/sim/ledger.hpp"

namespace airtrain::sim {

void ledger::configured(connector_id connector, const dispatch_options& options) {
  accounts_.at(connector).options = options;
}

void ledger::limited(connector_id connector, backlog_limit by) {
  accounts_.at(connector).limit = by;
}

void ledger::refused(const publish_item& item, const published_event& what) const {
  const auto id = item.what->id();
  demand(what.status == publish_status::full || what.status == publish_status::refused,
         "event {} was taken beside one that a full backlog refused", id);
  demand(what.full.empty() == (what.status != publish_status::full),
         "event {} was refused and nobody was full", id);
  for (const auto connector : what.full) {
    const auto is_it = [&](const route& to) { return to.connector == connector; };
    demand(std::any_of(item.routes.begin(), item.routes.end(), is_it),
           "event {} was refused for connector {}, to which it does not go", id, connector);
    const auto& limit = accounts_.at(connector).limit;
    demand(limit.limited() && limit.then == when_full::refuse,
           "event {} was refused for connector {}, which refuses nothing", id, connector);
  }
  if (what.status == publish_status::full)
    demand(!submissions_.find(id)->second.acknowledged, "event {} was known and refused", id);
}

void ledger::demand_room(const connector_counts& counts) {
  auto& owner = accounts_.at(counts.id);
  const bool may_be = !owner.limit.limited() || counts.backlog <= 1 ||
                      counts.backlog_bytes <= owner.limit.bytes_max ||
                      counts.backlog_bytes <= owner.waiting_bytes;
  demand(may_be, "{} bytes wait for connector {} where {} may", counts.backlog_bytes, counts.id,
         owner.limit.bytes_max);
  owner.waiting_bytes = counts.backlog_bytes;
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
