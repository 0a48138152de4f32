#include "store/embedded/operations.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "store/embedded/fetching.hpp"
#include "store/embedded/loading.hpp"

namespace airtrain::embedded {
namespace {

using touched_lanes = std::map<connector_id, std::set<lane_id>>;

/// Calls `change(connector, record)` for each that is a dead letter, in commit order; it says why
/// not, or null.
template <class Change>
result<operation_result, store_error> for_each_dead_letter(engine& with, database& db,
                                                           std::vector<dead_letter_id> ids,
                                                           Change change) {
  operation_result out;
  touched_lanes touched;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const auto& id : ids) {
    auto* connector = with.connectors.find(id.connector);
    auto record = connector ? load_held(db, id.connector, {id.key})
                            : std::vector<std::optional<held_record>>(1);
    if (!record) return failure(record.error());
    const char* refusal = "not_found";
    if (record->front() && ended(record->front()->state))
      refusal = change(*connector, id.key, *record->front(), out.rows, touched);
    if (refusal)
      out.what.refused.push_back({id, refusal});
    else
      ++out.what.done;
  }
  for (const auto& [connector, lanes] : touched) {
    auto& changed = out.what.changed.emplace_back();
    changed.connector = connector;
    for (auto lane : lanes) changed.lanes.emplace_back().lane = lane;
  }
  return out;
}

void append(std::vector<row_change> some, std::vector<row_change>& to) {
  std::move(some.begin(), some.end(), std::back_inserter(to));
}

}  // namespace

result<operation_result, store_error> replay_dead_letters(engine& with, database& db,
                                                          std::vector<dead_letter_id> ids,
                                                          const replay_options& options) {
  const auto now_ms = with.now_ms();
  return for_each_dead_letter(
      with, db, std::move(ids),
      [&](connector_log& connector, delivery_key key, const held_record& record,
          std::vector<row_change>& rows, touched_lanes& touched) -> const char* {
        if (!options.allow_reorder && connector.would_reorder(record.lane, key))
          return "would_reorder";
        if (record.why == reason::backlog_full && connector.earlier_pending(record.lane, key))
          return "earlier_pending";
        if (options.dry_run) return nullptr;
        const auto event = load_events(with, db, connector.id(), {key});
        if (!event) return "damaged";
        const auto bytes = event->front().what->bytes().size();
        append(connector.replay(key, record, bytes, options.new_key, now_ms), rows);
        auto& lanes = touched[connector.id()];
        if (record.lane != no_lane) lanes.insert(record.lane);
        return nullptr;
      });
}

result<operation_result, store_error> discard_dead_letters(engine& with, database& db,
                                                           std::vector<dead_letter_id> ids) {
  return for_each_dead_letter(
      with, db, std::move(ids),
      [&](connector_log& connector, delivery_key key, const held_record& record,
          std::vector<row_change>& rows, touched_lanes& touched) -> const char* {
        append(connector.discard(key, record), rows);
        if (record.stops_lane) touched[connector.id()].insert(record.lane);
        return nullptr;
      });
}

store_error describe_changed(engine& with, database& db, bulk_result& what) {
  for (auto& changed : what.changed) {
    auto* connector = with.connectors.find(changed.connector);
    for (auto& lane : changed.lanes) lane = connector->show(lane.lane);
    auto lanes = describe_lanes(db, *connector, std::move(changed.lanes));
    if (!lanes) return lanes.error();
    changed.lanes = std::move(*lanes);
  }
  return {};
}

}  // namespace airtrain::embedded
