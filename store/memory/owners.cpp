#include "store/memory/owners.hpp"

#include <algorithm>
#include <utility>

namespace airtrain::memory {

void owners::take_over(connector_id connector, std::uint64_t epoch, std::function<void()> on_work) {
  owners_[connector] = {.epoch = epoch, .on_work = std::move(on_work), .idle = false, .taken = {}};
}

bool owners::is_owner(const tables& all, connector_id connector, std::uint64_t epoch) const {
  const auto rows = all.connectors.find(connector);
  const auto found = owners_.find(connector);
  return rows != all.connectors.end() && rows->second.epoch == epoch && found != owners_.end() &&
         found->second.epoch == epoch;
}

const std::set<delivery_key>& owners::taken(connector_id connector) const {
  static const std::set<delivery_key> nothing;
  const auto found = owners_.find(connector);
  return found == owners_.end() ? nothing : found->second.taken;
}

bool owners::give_up(connector_id connector, const delivery_key& key) {
  return owners_.at(connector).taken.erase(key) == 1;
}

fetch_result owners::fetch(const tables& all, connector_id connector, const fetch_request& what) {
  auto& taker = owners_.at(connector);
  const auto& rows = all.connectors.at(connector);
  fetch_result result;
  result.request = what;
  fill(all, rows, taker, result);
  if (what.what == fetch_kind::fresh) taker.idle = !result.more;
  const auto next_due = std::find_if(rows.by_due.begin(), rows.by_due.end(), [&](const auto& due) {
    return !taker.taken.contains(due.second);
  });
  if (next_due != rows.by_due.end()) result.next_due_ms = next_due->first;
  return result;
}

/// Takes what was asked for, in its order, as far as the limits allow.
void owners::fill(const tables& all, const connector_rows& rows, owner& to,
                  fetch_result& into) const {
  const auto& what = into.request;
  std::size_t bytes = 0;
  const auto take = [&](const delivery_key& key) {
    if (to.taken.contains(key)) return true;
    const auto& row = rows.rows.at(key);
    const auto& event = all.log.at(key.seq).event;
    bytes += event->bytes().size();
    const bool first = into.deliveries.empty();
    into.more = into.deliveries.size() >= what.count_max || to.taken.size() >= open_max_ ||
                (bytes > what.bytes_max && !first);
    if (into.more) return false;
    to.taken.insert(key);
    into.deliveries.push_back({key, event, row.lane, row.history, row.rendered});
    return true;
  };
  switch (what.what) {
    case fetch_kind::fresh:
      for (const auto& key : rows.at[static_cast<std::size_t>(place::log)])
        if (!take(key)) return;
      return;
    case fetch_kind::due:
      for (const auto& [due_ms, key] : rows.by_due) {
        const bool released = what.release_connector_scope &&
                              rows.rows.at(key).last.scope == failure_scope::connector;
        if ((due_ms <= what.now_ms || released) && !take(key)) return;
      }
      return;
    case fetch_kind::lane:
      const auto lane = rows.off_log.find(what.lane);
      if (lane == rows.off_log.end()) return;
      for (const auto& key : lane->second)
        if (rows.rows.at(key).where == place::aside && !take(key)) return;
      return;
  }
}

void owners::wake() {
  for (const auto connector : std::exchange(with_work_, {})) {
    const auto found = owners_.find(connector);
    if (found == owners_.end() || !found->second.idle) continue;
    found->second.idle = false;
    const auto on_work = found->second.on_work;
    on_work();
  }
}

}  // namespace airtrain::memory
