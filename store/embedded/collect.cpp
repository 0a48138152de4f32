#include <algorithm>
#include <map>

#include "store/embedded/attempt_rows.hpp"
#include "store/embedded/commit.hpp"
#include "store/embedded/cursor_rows.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

// Above it the connectors with the longest lists get rows of their own.
constexpr std::size_t live_row_bytes_max = 64u << 10;

using changes = connector_log::changes;

void add_attempts(connector_id connector, std::uint64_t serial, std::vector<remembered>& attempts,
                  commit& into) {
  std::map<std::uint64_t, std::vector<remembered>> by_block;
  for (auto& one : attempts) by_block[block_of(one.key.seq)].push_back(std::move(one));
  for (const auto& [block, some] : by_block)
    into.rows.push_back(
        {family::att, attempts_key(block, connector, serial), encode_attempts(block, some)});
}

result<std::vector<delivery_key>, store_error> parked_in(database& db, const std::string& row) {
  const auto bytes = db.get(family::park, row);
  if (!bytes) return failure(bytes.error());
  auto keys = *bytes ? decode_key_list(**bytes) : std::nullopt;
  if (!keys)
    return failure(store_error{store_error_code::damaged, "park: a row is missing or damaged"});
  return std::move(*keys);
}

/// Rewrites the rows that some left or joined.
store_error repark(database& db, connector_log& connector, const changes& of, commit& into) {
  store_error failed;
  for (const auto& change : of.reparked) {
    if (change.whole_row) {
      into.rows.push_back({family::park, change.key, std::nullopt});
      continue;
    }
    auto keys = parked_in(db, change.key);
    if (!keys) {
      failed = keys.error();
      if (!change.more.empty()) into.rows.push_back(connector.parks_apart(change));
      // Forgotten, those would be given out again. A damaged row is not better the next time.
      if (failed.code != store_error_code::damaged) connector.leaves_still(change);
      continue;
    }
    auto gone = change.gone;
    std::sort(gone.begin(), gone.end());
    std::erase_if(*keys, [&](const delivery_key& key) {
      return std::binary_search(gone.begin(), gone.end(), key);
    });
    keys->insert(keys->end(), change.more.begin(), change.more.end());
    std::sort(keys->begin(), keys->end());
    into.rows.push_back({family::park, change.key, encode_key_list(*keys)});
  }
  return failed;
}

/// Who goes into the live row: those at the tail, but for the longest while it is too large.
std::vector<bool> choose_live(const std::vector<changes>& of) {
  std::vector<bool> live(of.size());
  std::vector<std::size_t> by_size;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    live[i] = of[i].at_tail && !of[i].cursor_as_written;
    if (!live[i]) continue;
    bytes += of[i].open.size();
    by_size.push_back(i);
  }
  if (bytes <= live_row_bytes_max) return live;
  std::sort(by_size.begin(), by_size.end(),
            [&](auto a, auto b) { return of[a].open.size() > of[b].open.size(); });
  for (auto i : by_size) {
    if (bytes <= live_row_bytes_max) break;
    live[i] = false;
    bytes -= of[i].open.size();
  }
  return live;
}

void add_cursors(engine& with, std::vector<changes>& of, commit& into) {
  const auto head = with.index.head();
  const auto live = choose_live(of);
  auto cursors = into.cursors ? std::move(*into.cursors) : with.cursors;
  cursors.resize(of.size());
  live_row row{.serial = with.flush_serial, .watermark = head, .open = {}};
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (of[i].cursor_as_written) continue;
    const auto id = static_cast<connector_id>(i + 1);
    auto& on_disk = cursors[i];
    if (live[i]) {
      if (on_disk.own_row) into.rows.push_back({family::cur, cursor_key(id), std::nullopt});
      if (!of[i].open.empty()) row.open.emplace_back(id, std::move(of[i].open));
    } else if (!on_disk.own_row || of[i].touched) {
      own_row own{.next = of[i].next, .open = std::move(of[i].open)};
      into.rows.push_back({family::cur, cursor_key(id), encode(own)});
    } else {
      continue;
    }
    on_disk = {.own_row = !live[i], .floor = of[i].floor};
  }
  into.rows.push_back({family::cur, cursor_key(live_row_id), encode(row)});
  into.cursors = std::move(cursors);
}

}  // namespace

store_error collect_changes(engine& with, database& db, commit& into) {
  const auto all = with.connectors.all();
  ++with.flush_serial;
  std::vector<changes> of;
  of.reserve(all.size());
  store_error error;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& cursors = into.cursors ? *into.cursors : with.cursors;
    const bool own_row = i < cursors.size() && cursors[i].own_row;
    auto& one = of.emplace_back(all[i]->take_changes(with.index.head(), own_row));
    into.generations.emplace_back(all[i], one.generation);
    std::move(one.rows.begin(), one.rows.end(), std::back_inserter(into.rows));
    add_attempts(all[i]->id(), with.flush_serial, one.attempts, into);
    if (auto e = repark(db, *all[i], one, into); e.code != store_error_code::none)
      error = std::move(e);
  }
  add_cursors(with, of, into);
  return error;
}

}  // namespace airtrain::embedded
