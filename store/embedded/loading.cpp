#include "store/embedded/loading.hpp"

#include <fmt/format.h>

#include "store/embedded/event_row.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

store_error missing(connector_id connector, delivery_key key) {
  return {store_error_code::damaged,
          fmt::format("ev: event {} of connector {} is missing or damaged", key.seq, connector)};
}

result<loaded_event, store_error> load_copy(database& db, connector_id connector,
                                            delivery_key key) {
  auto row = db.get(family::held, payload_key(connector, key));
  if (!row) return failure(row.error());
  auto copied = *row ? decode_event_row(**row) : std::nullopt;
  const auto* to = copied ? copied->to(connector) : nullptr;
  if (!to) return failure(missing(connector, key));
  return loaded_event{std::move(copied->what), to->lane};
}

std::vector<rocksdb::Slice> slices_of(const std::vector<std::string>& keys) {
  return {keys.begin(), keys.end()};
}

}  // namespace

result<std::vector<loaded_event>, store_error> load_events(const engine& with, database& db,
                                                           connector_id connector,
                                                           const std::vector<delivery_key>& keys) {
  auto out = with.recent.find(connector, keys);
  std::vector<std::size_t> absent;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (out[i].what) continue;
    absent.push_back(i);
    names.push_back(event_key(keys[i].seq));
  }
  if (absent.empty()) return out;
  auto rows = db.get_many(family::ev, slices_of(names));
  if (!rows) return failure(rows.error());
  for (std::size_t n = 0; n < absent.size(); ++n) {
    const auto& key = keys[absent[n]];
    auto& event = out[absent[n]];
    if ((*rows)[n] && key.seq >= with.edge) {
      auto row = decode_event_row(*(*rows)[n]);
      const auto* to = row ? row->to(connector) : nullptr;
      if (!to) return failure(missing(connector, key));
      event = {std::move(row->what), to->lane};
      continue;
    }
    auto copy = load_copy(db, connector, key);
    if (!copy) return failure(copy.error());
    event = std::move(*copy);
  }
  return out;
}

result<std::vector<std::optional<held_record>>, store_error> load_held(
    database& db, connector_id connector, const std::vector<delivery_key>& keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const auto& key : keys) names.push_back(held_key(connector, key));
  auto rows = db.get_many(family::held, slices_of(names));
  if (!rows) return failure(rows.error());
  std::vector<std::optional<held_record>> out(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*rows)[i]) continue;
    out[i] = decode_held_record(*(*rows)[i]);
    if (!out[i])
      return failure(store_error{
          store_error_code::damaged,
          fmt::format("held: {}.{}.{} is damaged", connector, keys[i].seq, keys[i].part)});
  }
  return out;
}

}  // namespace airtrain::embedded
