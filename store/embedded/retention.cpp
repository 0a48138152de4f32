#include "store/embedded/retention.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "store/embedded/block_index.hpp"
#include "store/embedded/bytes.hpp"
#include "store/embedded/held_record.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

// Bounds what one round purges; the next one goes on.
constexpr std::size_t purged_per_round_max = 1000;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

// Of `retention.max_bytes`, for attempts.
constexpr std::uint64_t attempts_share = 8;

// The log is cut where that frees most, when a copy costs as much as this many events are worth: a
// backlog of most events has no cheaper place than the log, until others follow it.
constexpr std::int64_t copy_cost = 2;

/// What connectors still need of blocks of the log, and what is held or parked of them.
class still_needed {
 public:
  explicit still_needed(const engine& with) {
    for (const auto* connector : with.connectors.all())
      places_.emplace_back(connector->id(), connector->unsettled());
  }

  /// What is held or parked from `edge` on; before it there are copies already.
  store_error count_off_log(database& db, std::uint64_t edge) {
    for (const auto& [id, place] : places_)
      if (auto error = count_held(db, id, edge); !ok(error)) return error;
    return db.scan(
        family::park, "", std::string(24, '\xff'), [&](std::string_view, std::string_view row) {
          for (const auto& key : decode_key_list(row).value_or(std::vector<delivery_key>{}))
            if (key.seq >= edge) ++off_log_[block_of(key.seq)];
          return true;
        });
  }

  /// Deliveries of that block's events, about.
  std::uint64_t of(std::uint64_t block, const block_index_view& index) const {
    const auto begin = block * block_events;
    const auto end = begin + block_events;
    const auto off_log = off_log_.find(block);
    std::uint64_t count = off_log == off_log_.end() ? 0 : off_log->second;
    for (const auto& [id, place] : places_) {
      const auto& [open, next] = place;
      const auto at = [&](std::uint64_t seq) {
        return std::lower_bound(open.begin(), open.end(), delivery_key{.seq = seq, .part = 0});
      };
      count += static_cast<std::uint64_t>(at(end) - at(begin));
      if (next < end) count += index.count(id);
    }
    return count;
  }

 private:
  store_error count_held(database& db, connector_id id, std::uint64_t edge) {
    return db.scan(family::held, held_key(id, {.seq = edge, .part = 0}),
                   after_prefix(held_prefix(id)), [&](std::string_view key, std::string_view) {
                     const auto at = held_position_from(key);
                     if (at && !at->is_payload) ++off_log_[block_of(at->key.seq)];
                     return true;
                   });
  }

  std::map<std::uint64_t, std::uint64_t> off_log_;  ///< by block
  std::vector<std::pair<connector_id, std::pair<std::vector<delivery_key>, std::uint64_t>>> places_;
};

}  // namespace

result<std::uint64_t, store_error> edge_to_be(const engine& with, database& db,
                                              std::uint64_t excess_bytes) {
  std::optional<still_needed> needed;
  const auto oldest_kept_ms = with.purging_ms() - with.settings.retention_delivered.count();
  const auto start = with.edge.load();
  auto edge = start;
  auto looked_to = start;
  std::int64_t freed_events = 0;
  std::int64_t most_freed = 0;
  store_error failed;
  const auto error =
      db.scan(family::rix, block_key(block_of(start)), block_key(block_of(with.index.head())),
              [&](std::string_view key, std::string_view value) {
                const auto view = block_index_view::read(value);
                const auto block = byte_reader{key}.be64();
                if (!view || block != block_of(looked_to)) return false;
                looked_to = (block + 1) * block_events;
                const auto freed = [&] {
                  return db.bytes_between(family::ev, event_key(start), event_key(edge));
                };
                if (view->last_accepted_ms() >= oldest_kept_ms &&
                    (excess_bytes == 0 || freed() >= excess_bytes))
                  return false;
                if (!needed) {
                  needed.emplace(with);
                  failed = needed->count_off_log(db, start);
                  if (!ok(failed)) return false;
                }
                freed_events += view->events() -
                                copy_cost * static_cast<std::int64_t>(needed->of(block, *view));
                if (freed_events < most_freed) return true;
                most_freed = freed_events;
                edge = looked_to;
                return true;
              });
  if (!ok(error)) return failure(error);
  if (!ok(failed)) return failure(failed);
  return edge;
}

store_error drop_below(database& db, std::uint64_t edge) {
  const auto block = block_of(edge);
  for (const auto& [f, end] :
       {std::pair{family::ev, event_key(edge)}, std::pair{family::rix, block_key(block)},
        std::pair{family::att, block_key(block)}})
    if (auto error = db.drop_range(f, event_key(0), end); !ok(error)) return error;
  return {};
}

result<std::uint64_t, store_error> kept_attempts(const engine& with, database& db,
                                                 std::uint64_t from) {
  const auto oldest_kept_ms = with.purging_ms() - with.settings.retention_attempts.count();
  const auto bytes_max = with.settings.retention_max_bytes / attempts_share;
  const auto bytes = db.bytes_between(family::att, block_key(0), block_key(~std::uint64_t{0}));
  auto kept = from;
  const auto error =
      db.scan(family::rix, block_key(from), block_key(block_of(with.index.head())),
              [&](std::string_view key, std::string_view value) {
                const auto view = block_index_view::read(value);
                if (!view || byte_reader{key}.be64() != kept) return false;
                const auto freed = [&] {
                  return db.bytes_between(family::att, block_key(0), block_key(kept));
                };
                if (view->last_accepted_ms() >= oldest_kept_ms &&
                    (bytes <= bytes_max || bytes - freed() <= bytes_max))
                  return false;
                ++kept;
                return true;
              });
  if (!ok(error)) return failure(error);
  return kept;
}

result<std::string, store_error> kept_audit(const engine& with, database& db) {
  std::uint64_t count = 0;
  const std::string end(17, '\xff');
  auto error = db.scan(family::audit, "", end, [&](auto, auto) { return ++count > 0; });
  std::string first;
  if (ok(error) && count > with.settings.audit_records_max) {
    auto left = count - with.settings.audit_records_max;
    error = db.scan(family::audit, "", end, [&](std::string_view key, auto) {
      first = key;
      return left-- > 0;
    });
  }
  if (!ok(error)) return failure(error);
  return first;
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
