#include "store/embedded/evacuation.hpp"

#include <algorithm>
#include <map>

#include "store/embedded/event_row.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/pending_events.hpp"

namespace airtrain::embedded {
namespace {

// Of one step: commits wait for it, also when these events are as large as events may be.
constexpr std::size_t step_deliveries_max = 256;
// Read together, and written before the next are read.
constexpr std::size_t copied_together = 16;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

}  // namespace

store_error evacuation::step(database& db) {
  switch (place_) {
    case place::log:
      return copy_from_log(db);
    case place::parked:
      return copy_parked(db);
    case place::held:
      return copy_held(db);
    case place::done:
      return {};
  }
  return {};
}

store_error evacuation::copy_from_log(database& db) {
  while (const auto* connector = engine_.connectors.find(connector_)) {
    auto found = next_from_log(db, *connector);
    if (!found) return found.error();
    if (found->empty()) {
      ++connector_;
      after_ = {};
      continue;
    }
    after_ = found->back();
    return copy(db, connector_, *found);
  }
  place_ = place::parked;
  return {};
}

result<std::vector<delivery_key>, store_error> evacuation::next_from_log(
    database& db, const connector_log& connector) {
  std::vector<delivery_key> keys;
  const auto [open, next] = connector.unsettled();
  for (const auto& key : open)
    if (key > after_ && needed(key) && keys.size() < step_deliveries_max) keys.push_back(key);
  auto from = std::max({next, after_.seq + 1, engine_.edge.load()});
  while (keys.size() < step_deliveries_max && from < edge_) {
    const auto run = events_after(engine_, db, connector_, from, step_deliveries_max - keys.size());
    if (!run) return failure(run.error());
    for (auto seq : run->seqs)
      if (seq < edge_) keys.push_back({.seq = seq, .part = 0});
    if (run->at_head || run->scanned_to <= from) break;
    from = run->scanned_to;
  }
  return keys;
}

store_error evacuation::copy_parked(database& db) {
  std::map<connector_id, std::vector<delivery_key>> found;
  std::size_t count = 0;
  store_error damage;
  place_ = place::held;
  auto error = db.scan(family::park, from_, std::string(24, '\xff'),
                       [&](std::string_view key, std::string_view value) {
                         if (count >= step_deliveries_max) {
                           from_ = key;
                           place_ = place::parked;
                           return false;
                         }
                         const auto at = park_position_from(key);
                         const auto keys = decode_key_list(value);
                         if (!at || !keys) {
                           damage = {store_error_code::damaged, "park: a damaged row"};
                           return false;
                         }
                         for (const auto& parked : *keys) {
                           if (!needed(parked)) continue;
                           found[at->connector].push_back(parked);
                           ++count;
                         }
                         return true;
                       });
  if (place_ == place::held) from_.clear();
  if (ok(error)) error = damage;
  for (const auto& [connector, keys] : found)
    if (ok(error)) error = copy(db, connector, keys);
  return error;
}

store_error evacuation::copy_held(database& db) {
  std::map<connector_id, std::vector<delivery_key>> found;
  std::size_t count = 0;
  place_ = place::done;
  auto error =
      db.scan(family::held, from_, std::string(24, '\xff'), [&](std::string_view key, auto) {
        if (count >= step_deliveries_max) {
          from_ = key;
          place_ = place::held;
          return false;
        }
        const auto at = held_position_from(key);
        if (!at || at->is_payload || !needed(at->key)) return true;
        found[at->connector].push_back(at->key);
        ++count;
        return true;
      });
  for (const auto& [connector, keys] : found)
    if (ok(error)) error = copy(db, connector, keys);
  return error;
}

store_error evacuation::copy(database& db, connector_id connector,
                             const std::vector<delivery_key>& keys) {
  for (std::size_t at = 0; at < keys.size(); at += copied_together) {
    const auto count = std::min(copied_together, keys.size() - at);
    const std::vector<delivery_key> some(keys.begin() + static_cast<std::ptrdiff_t>(at),
                                         keys.begin() + static_cast<std::ptrdiff_t>(at + count));
    const auto events = load_events(engine_, db, connector, some);
    if (!events) return events.error();
    std::vector<row_change> rows;
    for (std::size_t i = 0; i < count; ++i) {
      const route to{.connector = connector, .lane = (*events)[i].lane};
      rows.push_back({family::held, payload_key(connector, some[i]),
                      encode_routes({&to, 1}) + std::string{(*events)[i].what->bytes()}});
    }
    if (auto error = db.write(rows, false); !ok(error)) return error;
  }
  return {};
}

}  // namespace airtrain::embedded
