#include <fmt/format.h>

#include <algorithm>

#include "store/embedded/bytes.hpp"
#include "store/embedded/cursor_rows.hpp"
#include "store/embedded/inspection.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"

// What the cursors say, against the log and the copies below its edge.

namespace airtrain::embedded {
namespace {

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

}  // namespace

bool inspection::read_live_row(std::string_view value) {
  const auto row = decode_live_row(value);
  if (!row) return false;
  watermark_ = row->watermark;
  for (const auto& [id, list] : row->open) {
    auto keys = decode_key_list(list);
    if (!keys) return false;
    live_[id] = {.next = watermark_, .open = std::move(*keys)};
  }
  return true;
}

bool inspection::read_own_row(connector_id connector, std::string_view value) {
  const auto row = decode_own_row(value);
  auto keys = row ? decode_key_list(row->open) : std::nullopt;
  auto& own = own_[connector];
  own.damaged = !keys;
  if (keys) own = {.next = row->next, .open = std::move(*keys)};
  return keys.has_value();
}

store_error inspection::check_cursors() {
  const std::string end(24, '\xff');
  auto error = db_.scan(family::cur, "", end, [&](std::string_view key, std::string_view value) {
    const auto id = byte_reader{key}.be32();
    const bool is_live = id == live_row_id;
    if (is_live ? read_live_row(value) : read_own_row(id, value)) return true;
    live_damaged_ |= is_live;
    found(is_live ? std::string{"cur: the live row is damaged"}
                  : fmt::format("cur: the row of connector {} is damaged", id));
    return true;
  });
  for (const auto* rows : {&own_, &live_})
    for (const auto& [id, at] : *rows)
      if (ok(error) && !at.damaged) error = check_open(id, at);
  return error;
}

store_error inspection::check_open(connector_id connector, const cursor& at) {
  std::vector<delivery_key> kept;
  for (const auto& key : at.open) {
    const auto event = has_event(connector, key);
    if (!event) return event.error();
    if (*event) kept.push_back(key);
  }
  if (kept.size() == at.open.size()) return {};
  const auto lost = at.open.size() - kept.size();
  found(fmt::format("cur: {} deliveries of connector {} have lost their events", lost, connector));
  mend({family::cur, cursor_key(connector),
        encode(own_row{.next = at.next, .open = encode_key_list(kept)})},
       fmt::format("cur: {} deliveries are dropped", lost));
  return {};
}

const inspection::cursor* inspection::cursor_of(connector_id connector) const {
  for (const auto* rows : {&own_, &live_})
    if (const auto row = rows->find(connector); row != rows->end()) return &row->second;
  return nullptr;
}

store_error inspection::check_copies() {
  // What only a damaged cursor can have known of.
  std::map<connector_id, std::vector<delivery_key>> astray;
  std::uint64_t unneeded = 0;
  const auto error = db_.scan(
      family::held, "", std::string(24, '\xff'), [&](std::string_view key, std::string_view) {
        const auto at = held_position_from(key);
        if (!at || !at->is_payload || at->key.seq >= edge_) return true;
        if (claimed_.contains({at->connector, at->key})) return true;
        const auto* known = cursor_of(at->connector);
        const bool unknown = known ? known->damaged : live_damaged_;
        if (unknown)
          astray[at->connector].push_back(at->key);
        else if (!known || (at->key.seq < known->next &&
                            !std::binary_search(known->open.begin(), known->open.end(), at->key))) {
          ++unneeded;
          mending_.push_back({family::held, std::string{key}, std::nullopt});
        }
        return true;
      });
  if (!ok(error)) return error;
  if (unneeded > 0) {
    found(fmt::format("held: {} copies of events that no delivery needs", unneeded));
    report_.repairs.push_back(
        fmt::format("held: {} copies are dropped; nothing is lost", unneeded));
  }
  for (const auto& [id, own] : own_)
    if (own.damaged) start_over(id, {{id, astray[id]}});
  if (live_damaged_) {
    for (const auto& [id, own] : own_) astray.erase(id);
    start_over(live_row_id, astray);
  }
  return {};
}

void inspection::start_over(connector_id row,
                            const std::map<connector_id, std::vector<delivery_key>>& open) {
  std::string name = "the live row";
  std::string again;
  if (row == live_row_id) {
    live_row live{.serial = 1u << 30, .watermark = edge_, .open = {}};
    for (const auto& [id, keys] : open)
      if (!keys.empty()) live.open.emplace_back(id, encode_key_list(keys));
    again = encode(live);
  } else {
    name = fmt::format("the row of connector {}", row);
    again = encode(own_row{.next = edge_, .open = encode_key_list(open.at(row))});
  }
  // From the start of the log: what was delivered already goes out once more, nothing is lost.
  mend({family::cur, cursor_key(row), std::move(again)},
       fmt::format("cur: {} starts over at the oldest kept event; deliveries will repeat", name));
}

}  // namespace airtrain::embedded
