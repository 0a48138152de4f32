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

/// The changes of one connector that is not quiet.
struct changed_connector {
  std::size_t index = 0;  ///< among all
  changes what;
};

/// Who goes into the live row: those at the tail, but for the longest while it is too large.
std::vector<bool> choose_live(const std::vector<changed_connector>& of) {
  std::vector<bool> live(of.size());
  std::vector<std::size_t> by_size;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    live[i] = of[i].what.at_tail && !of[i].what.cursor_as_written;
    if (!live[i]) continue;
    bytes += of[i].what.open.size();
    by_size.push_back(i);
  }
  if (bytes <= live_row_bytes_max) return live;
  std::sort(by_size.begin(), by_size.end(),
            [&](auto a, auto b) { return of[a].what.open.size() > of[b].what.open.size(); });
  for (auto i : by_size) {
    if (bytes <= live_row_bytes_max) break;
    live[i] = false;
    bytes -= of[i].what.open.size();
  }
  return live;
}

using cursors = std::vector<engine::cursor_on_disk>;

/// Of those that are not quiet; `cursors` holds what is on disk, and then what is to be.
void add_cursors(engine& with, std::vector<changed_connector>& of, cursors& all, commit& into) {
  const auto live = choose_live(of);
  live_row row{.serial = with.flush_serial, .watermark = with.index.head(), .open = {}};
  for (std::size_t i = 0; i < of.size(); ++i) {
    auto& [index, what] = of[i];
    if (what.cursor_as_written) continue;
    const auto id = static_cast<connector_id>(index + 1);
    auto& on_disk = all[index];
    if (live[i]) {
      if (on_disk.own_row) into.rows.push_back({family::cur, cursor_key(id), std::nullopt});
      if (!what.open.empty()) row.open.emplace_back(id, std::move(what.open));
    } else if (!on_disk.own_row || what.touched) {
      own_row own{.next = what.next, .open = std::move(what.open)};
      into.rows.push_back({family::cur, cursor_key(id), encode(own)});
    } else {
      continue;
    }
    on_disk = {.own_row = !live[i], .floor = what.floor};
  }
  into.rows.push_back({family::cur, cursor_key(live_row_id), encode(row)});
}

}  // namespace

store_error collect_changes(engine& with, database& db, commit& into) {
  const auto all = with.connectors.all();
  const auto head = with.index.head();
  ++with.flush_serial;
  auto on_disk = into.cursors ? std::move(*into.cursors) : with.cursors;
  on_disk.resize(all.size());
  std::vector<changed_connector> of;
  store_error error;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->is_quiet() && !on_disk[i].own_row) {
      on_disk[i] = {.own_row = false, .floor = head};
      continue;
    }
    auto& one = of.emplace_back(i, all[i]->take_changes(head, on_disk[i].own_row)).what;
    into.generations.emplace_back(all[i], one.generation);
    std::move(one.rows.begin(), one.rows.end(), std::back_inserter(into.rows));
    add_attempts(all[i]->id(), with.flush_serial, one.attempts, into);
    if (auto e = repark(db, *all[i], one, into); e.code != store_error_code::none)
      error = std::move(e);
  }
  add_cursors(with, of, on_disk, into);
  into.cursors = std::move(on_disk);
  return error;
}

}  // namespace airtrain::embedded
