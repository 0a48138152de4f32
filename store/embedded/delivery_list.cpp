#include <algorithm>
#include <iterator>

#include "store/embedded/delivery_questions.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/paging.hpp"
#include "store/embedded/pending_events.hpp"
#include "store/embedded/questions.hpp"

namespace airtrain::embedded {
namespace {

// How many are looked at together.
constexpr std::size_t batch_max = 256;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

/// The smallest `batch_max` of what it is given.
class smallest {
 public:
  void add(delivery_key key, lane_id lane) {
    keys_.emplace(key, lane);
    if (keys_.size() > batch_max) keys_.erase(std::prev(keys_.end()));
  }
  bool full() const { return keys_.size() == batch_max; }
  bool beyond(delivery_key key) const { return full() && key > keys_.rbegin()->first; }
  const std::map<delivery_key, lane_id>& get() const { return keys_; }

 private:
  std::map<delivery_key, lane_id> keys_;
};

store_error add_held(database& db, connector_id id, delivery_key after, smallest& into) {
  store_error damage;
  const auto error = db.scan(family::held, payload_key(id, after), after_prefix(held_prefix(id)),
                             [&](std::string_view key, std::string_view value) {
                               const auto at = held_position_from(key);
                               if (!at || at->is_payload || at->key <= after) return true;
                               if (into.beyond(at->key)) return false;
                               const auto record = decode_held_record(value);
                               if (!record) {
                                 damage = {store_error_code::damaged, "held: a damaged row"};
                                 return false;
                               }
                               if (!ended(record->state)) into.add(at->key, record->lane);
                               return true;
                             });
  return ok(error) ? damage : error;
}

store_error add_parked(database& db, connector_id id, delivery_key after, smallest& into) {
  store_error damage;
  const auto prefix = cursor_key(id);
  const auto error = db.scan(family::park, prefix, after_prefix(prefix),
                             [&](std::string_view key, std::string_view value) {
                               const auto at = park_position_from(key);
                               const auto keys = decode_key_list(value);
                               if (!at || !keys) {
                                 damage = {store_error_code::damaged, "park: a damaged row"};
                                 return false;
                               }
                               for (const auto& parked : *keys)
                                 if (parked > after) into.add(parked, at->lane);
                               return true;
                             });
  return ok(error) ? damage : error;
}

store_error add_from_log(engine& with, database& db, const connector_log& connector,
                         delivery_key after, smallest& into) {
  const auto [open, next] = connector.unsettled();
  for (const auto& key : open)
    if (key > after) into.add(key, no_lane);
  auto from = std::max(next, after.seq + (after.seq < next ? 0 : 1));
  while (!into.beyond({.seq = from, .part = 0})) {
    const auto run = events_after(with, db, connector.id(), from, batch_max);
    if (!run) return run.error();
    for (auto seq : run->seqs) into.add({.seq = seq, .part = 0}, no_lane);
    if (run->at_head || run->scanned_to <= from) break;
    from = run->scanned_to;
  }
  return {};
}

/// The next unended deliveries of a connector behind `after`, ascending.
result<std::map<delivery_key, lane_id>, store_error> unended(engine& with, database& db,
                                                             const connector_log& connector,
                                                             delivery_key after) {
  smallest keys;
  if (auto e = add_held(db, connector.id(), after, keys); !ok(e)) return failure(e);
  if (auto e = add_parked(db, connector.id(), after, keys); !ok(e)) return failure(e);
  if (auto e = add_from_log(with, db, connector, after, keys); !ok(e)) return failure(e);
  return keys.get();
}

/// False: the page is full.
result<bool, store_error> list_connector(engine& with, database& db, const connector_log& connector,
                                         delivery_key after, const delivery_query& query,
                                         page_builder<delivery_summary>& pages) {
  while (true) {
    const auto some = unended(with, db, connector, after);
    if (!some) return failure(some.error());
    if (some->empty()) return true;
    for (const auto& [key, lane] : *some) {
      after = key;
      auto event = load_events(with, db, connector.id(), {key});
      if (!event) return failure(event.error());
      const auto& loaded = event->front();
      auto detail = describe_delivery(db, connector, key, lane == no_lane ? loaded.lane : lane);
      if (!detail) return failure(detail.error());
      // It may have ended meanwhile.
      if (ended(detail->state) || (query.state && detail->state != *query.state)) continue;
      if (!pages.offer(to_string(dead_letter_id{connector.id(), key}),
                       {loaded.what, std::move(*detail)}))
        return false;
    }
  }
}

}  // namespace

result<page<delivery_summary>, store_error> list_deliveries(engine& with, database& db,
                                                            const delivery_query& query) {
  page_builder<delivery_summary> pages{query.page};
  const auto after = dead_letter_id_from(query.page.after).value_or(dead_letter_id{});
  for (const auto* connector : with.connectors.all()) {
    if (query.connector && connector->id() != *query.connector) continue;
    if (connector->id() < after.connector) continue;
    const auto from = connector->id() == after.connector ? after.key : delivery_key{};
    const auto room = list_connector(with, db, *connector, from, query, pages);
    if (!room) return failure(room.error());
    if (!*room) break;
  }
  return pages.take();
}

}  // namespace airtrain::embedded
