#include <algorithm>

#include "store/memory/tables.hpp"

// What operators do to deliveries that have not ended.
namespace airtrain::memory {
namespace {

bool has_ended(const delivery_row& row) {
  return row.where != place::log && row.where != place::waiting && row.where != place::aside;
}

/// Null: it can be done.
const char* refusal_of(const delivery_row* row, bool taken, const change_options& options) {
  if (!row || has_ended(*row)) return "not_found";
  if (taken) return "in_flight";
  if (options.what == delivery_change::retry && row->where != place::waiting) return "not_waiting";
  const bool attempted = row->history.attempts > 0 && (row->rendered || options.new_key);
  if (options.what == delivery_change::rerender && !attempted) return "not_attempted";
  return nullptr;
}

settlement settlement_of(const delivery_key& key, const delivery_row& row,
                         const change_options& options, std::int64_t now_ms) {
  auto decided = row.last;
  decided.key = key;
  decided.lane = row.lane;
  decided.history = row.history;
  decided.counted = false;
  decided.rendered = nullptr;  // the row keeps its own
  decided.stops_lane = false;
  switch (options.what) {
    case delivery_change::retry:
      decided.what = settlement::kind::retry;
      decided.due_ms = now_ms;
      break;
    case delivery_change::discard:
      decided.what = settlement::kind::discarded;
      decided.why = reason::discarded_by_operator;
      break;
    case delivery_change::dead_letter:
      decided.what = settlement::kind::dead;
      decided.why = reason::dead_lettered_by_operator;
      break;
    case delivery_change::rerender:
      break;
  }
  return decided;
}

}  // namespace

bulk_result tables::change(std::vector<dead_letter_id> ids, change_options options,
                           std::int64_t now_ms,
                           const std::function<bool(const dead_letter_id&)>& taken,
                           touched_lanes& touched, ended_deliveries& ended) {
  bulk_result result;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const auto& id : ids) {
    const auto connector = connectors.find(id.connector);
    delivery_row* row = nullptr;
    if (connector != connectors.end())
      if (const auto found = connector->second.rows.find(id.key);
          found != connector->second.rows.end())
        row = &found->second;
    if (const auto* refusal = refusal_of(row, taken(id), options)) {
      result.refused.push_back({id, refusal});
      continue;
    }
    ++result.done;
    if (options.dry_run) continue;
    if (options.what == delivery_change::rerender) {
      row->rendered = nullptr;
      if (options.new_key) ++row->history.key_generation;
      continue;
    }
    const bool off_log = row->where != place::log;
    const bool waited = row->where == place::waiting;
    settle(id.connector, settlement_of(id.key, *row, options, now_ms), now_ms);
    auto& lanes = touched[id.connector];
    if (!off_log || row->lane == no_lane) continue;
    lanes.insert(row->lane);
    if (waited && options.what != delivery_change::retry) ended[id.connector].push_back(id.key);
  }
  return result;
}

}  // namespace airtrain::memory
