#include "store/embedded/retention.hpp"

#include <algorithm>
#include <set>

#include "store/embedded/bytes.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"

namespace airtrain::embedded {
namespace {

// Bounds what one round purges; the next one goes on.
constexpr std::size_t purged_per_round_max = 1000;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

using needed_events = std::set<std::pair<connector_id, delivery_key>>;

store_error add_held_below(database& db, std::uint64_t edge, needed_events& into) {
  return db.scan(family::held, "", std::string(8, '\xff'), [&](std::string_view key, auto) {
    const auto at = held_position_from(key);
    if (!at || at->key.seq >= edge) return true;
    // The payload row follows its held row: there already, nothing to do.
    if (at->is_payload)
      into.erase({at->connector, at->key});
    else
      into.emplace(at->connector, at->key);
    return true;
  });
}

store_error add_parked_below(database& db, std::uint64_t edge, needed_events& into) {
  store_error damage;
  const auto error = db.scan(family::park, "", std::string(8, '\xff'),
                             [&](std::string_view key, std::string_view value) {
                               const auto at = park_position_from(key);
                               const auto keys = decode_key_list(value);
                               if (!at || !keys) {
                                 damage = {store_error_code::damaged, "park: a damaged row"};
                                 return false;
                               }
                               for (const auto& parked : *keys)
                                 if (parked.seq < edge) into.emplace(at->connector, parked);
                               return true;
                             });
  return ok(error) ? damage : error;
}

}  // namespace

result<std::uint64_t, store_error> edge_to_be(const engine& with, database& db,
                                              std::uint64_t excess_bytes) {
  auto floor = with.index.head();
  for (const auto& cursor : with.cursors) floor = std::min(floor, cursor.floor);
  const auto oldest_kept_ms = with.purging_ms() - with.settings.retention_delivered.count();
  const auto start = with.edge.load();
  auto edge = start;
  const auto error =
      db.scan(family::rix, block_key(block_of(edge)), block_key(block_of(floor)),
              [&](std::string_view key, std::string_view value) {
                const auto view = block_index_view::read(value);
                const auto block = byte_reader{key}.be64();
                if (!view || block != block_of(edge)) return false;
                const auto end = (block + 1) * block_events;
                const bool outlived = view->last_accepted_ms() < oldest_kept_ms;
                const auto freed = [&] {
                  return db.bytes_between(family::ev, event_key(start), event_key(edge));
                };
                if (!outlived && (excess_bytes == 0 || freed() >= excess_bytes)) return false;
                edge = end;
                return true;
              });
  if (!ok(error)) return failure(error);
  return edge;
}

result<std::vector<row_change>, store_error> evacuate(const engine& with, database& db,
                                                      std::uint64_t edge) {
  needed_events needed;
  if (auto error = add_held_below(db, edge, needed); !ok(error)) return failure(error);
  if (auto error = add_parked_below(db, edge, needed); !ok(error)) return failure(error);
  std::vector<row_change> out;
  for (const auto& [connector, key] : needed) {
    // Below the edge of before it was copied by an earlier round.
    if (key.seq < with.edge) continue;
    const auto event = load_events(with, db, connector, {key});
    if (!event) return failure(event.error());
    out.push_back(
        {family::held, payload_key(connector, key), std::string{event->front().what->bytes()}});
  }
  return out;
}

store_error drop_below(database& db, std::uint64_t edge) {
  const auto block = block_of(edge);
  for (const auto& [f, end] :
       {std::pair{family::ev, event_key(edge)}, std::pair{family::rix, block_key(block)},
        std::pair{family::att, block_key(block)}})
    if (auto error = db.drop_range(f, event_key(0), end); !ok(error)) return error;
  return {};
}

result<std::vector<dead_letter_id>, store_error> outlived_dead_letters(const engine& with,
                                                                       database& db) {
  std::vector<dead_letter_id> out;
  const auto kept_ms = with.settings.retention_dead_letters.count();
  if (kept_ms == 0) return out;
  const auto oldest_kept_ms = with.purging_ms() - kept_ms;
  const auto error = db.scan(family::held, "", std::string(8, '\xff'),
                             [&](std::string_view key, std::string_view value) {
                               const auto at = held_position_from(key);
                               if (!at || at->is_payload) return true;
                               const auto record = decode_held_record(value);
                               if (record && ended(record->state) && !record->stops_lane &&
                                   record->ended_ms < oldest_kept_ms)
                                 out.push_back({at->connector, at->key});
                               return out.size() < purged_per_round_max;
                             });
  if (!ok(error)) return failure(error);
  return out;
}

}  // namespace airtrain::embedded
