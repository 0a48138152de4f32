#include <algorithm>
#include <iterator>
#include <map>

#include "store/embedded/delivery_questions.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/paging.hpp"
#include "store/embedded/pending_events.hpp"
#include "store/embedded/questions.hpp"

namespace airtrain::embedded {
namespace {

using place = delivery_in_question::place;

// At least so many are looked at together.
constexpr std::size_t batch_min = 256;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

struct found {
  lane_id lane = no_lane;
  place where = place::elsewhere;
};

/// The smallest of what it is given.
class smallest {
 public:
  explicit smallest(std::size_t count_max) : count_max_(count_max) {}
  void add(delivery_key key, const found& what) {
    keys_.emplace(key, what);
    if (keys_.size() > count_max_) keys_.erase(std::prev(keys_.end()));
  }
  bool full() const { return keys_.size() == count_max_; }
  bool beyond(delivery_key key) const { return full() && key > keys_.rbegin()->first; }
  const std::map<delivery_key, found>& get() const { return keys_; }

 private:
  const std::size_t count_max_;
  std::map<delivery_key, found> keys_;
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
                               if (!ended(record->state)) into.add(at->key, {.lane = record->lane});
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
                               // A row begins with its smallest: this one is read when it matters.
                               if (at && into.beyond(at->first)) return true;
                               const auto keys = decode_key_list(value);
                               if (!at || !keys) {
                                 damage = {store_error_code::damaged, "park: a damaged row"};
                                 return false;
                               }
                               for (const auto& parked : *keys)
                                 if (parked > after)
                                   into.add(parked, {.lane = at->lane, .where = place::parked});
                               return true;
                             });
  return ok(error) ? damage : error;
}

store_error add_from_log(engine& with, database& db, const connector_log& connector,
                         delivery_key after, smallest& into) {
  const auto [open, next] = connector.unsettled();
  for (const auto& key : open)
    if (key > after) into.add(key, {});
  auto from = std::max(next, after.seq + (after.seq < next ? 0 : 1));
  while (!into.beyond({.seq = from, .part = 0})) {
    const auto run = events_after(with, db, connector.id(), from, batch_min);
    if (!run) return run.error();
    for (auto seq : run->seqs) into.add({.seq = seq, .part = 0}, {});
    if (run->at_head || run->scanned_to <= from) break;
    from = run->scanned_to;
  }
  return {};
}

/// The next unended deliveries of a connector behind `after`, ascending.
result<std::map<delivery_key, found>, store_error> unended(engine& with, database& db,
                                                           const connector_log& connector,
                                                           delivery_key after,
                                                           std::size_t count_max) {
  smallest keys{count_max};
  if (auto e = add_held(db, connector.id(), after, keys); !ok(e)) return failure(e);
  if (auto e = add_parked(db, connector.id(), after, keys); !ok(e)) return failure(e);
  if (auto e = add_from_log(with, db, connector, after, keys); !ok(e)) return failure(e);
  return keys.get();
}

/// As they are, with their events.
result<std::vector<delivery_summary>, store_error> summaries(
    engine& with, database& db, const connector_log& connector,
    const std::map<delivery_key, found>& some) {
  std::vector<delivery_key> keys;
  for (const auto& [key, what] : some) keys.push_back(key);
  auto events = load_events(with, db, connector.id(), keys);
  if (!events) return failure(events.error());
  std::vector<delivery_in_question> questions;
  for (const auto& [key, what] : some) {
    const auto lane = what.lane == no_lane ? (*events)[questions.size()].lane : what.lane;
    questions.push_back(
        {.key = key, .to = {.connector = connector.id(), .lane = lane}, .where = what.where});
  }
  auto details = describe_deliveries(db, connector, questions);
  if (!details) return failure(details.error());
  std::vector<delivery_summary> out;
  for (std::size_t i = 0; i < keys.size(); ++i)
    out.push_back({std::move((*events)[i].what), std::move((*details)[i])});
  return out;
}

/// False: the page is full.
result<bool, store_error> list_connector(engine& with, database& db, const connector_log& connector,
                                         delivery_key after, const delivery_query& query,
                                         page_builder<delivery_summary>& pages) {
  // What one page takes is looked for once, and one more tells whether there is a next one.
  const auto together = std::max<std::size_t>(batch_min, query.page.limit + 1);
  while (true) {
    const auto some = unended(with, db, connector, after, together);
    if (!some) return failure(some.error());
    if (some->empty()) return true;
    auto shown = summaries(with, db, connector, *some);
    if (!shown) return failure(shown.error());
    for (auto& one : *shown) {
      const auto state = one.delivery.state;
      // It may have ended meanwhile.
      if (ended(state) || (query.state && state != *query.state)) continue;
      const auto id = to_string(dead_letter_id{connector.id(), one.delivery.key});
      if (!pages.offer(id, std::move(one))) return false;
    }
    after = some->rbegin()->first;
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
