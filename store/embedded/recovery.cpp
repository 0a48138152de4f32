#include "store/embedded/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/embedded/bytes.hpp"
#include "store/embedded/cursor_rows.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/event_sizes.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/pending_events.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::uint64_t schema = 1;
// Leaves every start room for that many openings.
constexpr std::uint64_t epochs_per_start = 1u << 20;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

store_error damaged(std::string what) {
  return {store_error_code::damaged, std::move(what)};
}

std::string number(std::uint64_t value) {
  std::string out;
  put_be64(out, value);
  return out;
}

/// Visits all rows whose keys start with `prefix`; `visit` says what is wrong with one.
template <class Visit>
store_error scan_prefix(database& db, family f, std::string_view prefix, Visit visit) {
  store_error found;
  const auto error = db.scan(f, prefix, after_prefix(std::string{prefix}),
                             [&](std::string_view key, std::string_view value) {
                               found = visit(key, value);
                               return ok(found);
                             });
  return ok(error) ? found : error;
}

/// As `scan_prefix`, over the whole family.
template <class Visit>
store_error scan_all(database& db, family f, Visit visit) {
  store_error found;
  const auto error =
      db.scan(f, "", std::string(24, '\xff'), [&](std::string_view key, std::string_view value) {
        found = visit(key, value);
        return ok(found);
      });
  return ok(error) ? found : error;
}

class recovery {
 public:
  recovery(engine& into, database& db) : engine_(into), db_(db) {}

  result<high_water_mark, store_error> run() {
    for (auto step : {&recovery::read_schema, &recovery::find_head, &recovery::read_connectors,
                      &recovery::read_cursors, &recovery::read_index, &recovery::count_pending,
                      &recovery::place_connectors, &recovery::read_held, &recovery::read_parked,
                      &recovery::read_newest_effects, &recovery::note_start})
      if (auto error = (this->*step)(); !ok(error)) return failure(error);
    return durable_;
  }

 private:
  store_error read_schema() {
    const auto found = number_on_disk(db_, meta_schema);
    if (!found) return found.error();
    if (*found > schema)
      return damaged(fmt::format("{}: written by a newer version (schema {}, known is {})",
                                 database_path(engine_.settings).string(), *found, schema));
    const auto edge = number_on_disk(db_, meta_edge);
    if (!edge) return edge.error();
    engine_.edge = *edge;
    engine_.limits.evacuated_below = *edge;
    auto buckets = buckets_on_disk(db_);
    if (!buckets) return buckets.error();
    engine_.dedupe.recover(std::move(*buckets));
    const auto doubt_ms = number_on_disk(db_, meta_clock_doubt);
    if (!doubt_ms) return doubt_ms.error();
    if (engine_.env.purging && *doubt_ms > 0)
      engine_.env.purging->doubt(std::chrono::milliseconds{*doubt_ms});
    return {};
  }

  store_error find_head() {
    const auto last = last_event(db_);
    if (!last) return last.error();
    const auto commits = number_on_disk(db_, meta_commits);
    if (!commits) return commits.error();
    durable_ = {.next_seq = std::max(*last + 1, engine_.edge.load()), .commit = *commits};
    const auto high_water = engine_.high_water.read();
    if (!high_water) return high_water.error();
    if (!*high_water && durable_.next_seq > 1)
      return damaged(fmt::format("{} is missing, but there are events: run `airtrain recover`",
                                 engine_.high_water.path().string()));
    if (auto lost = lost_end(database_path(engine_.settings), durable_,
                             high_water->value_or(high_water_mark{}));
        !ok(lost)) {
      lost.message += fmt::format(
          " ({}). What is there was kept. Restore the folder, or run `airtrain recover`",
          engine_.high_water.path().string());
      return lost;
    }
    head_ = durable_.next_seq;
    const auto row = db_.get(family::cur, cursor_key(live_row_id));
    if (!row) return row.error();
    if (!*row) return {};
    auto live = decode_live_row(**row);
    if (!live) return damaged("cur: the live row is damaged");
    live_ = std::move(*live);
    // Numbers of a failed commit may have been passed over.
    head_ = std::max(head_, live_.watermark);
    engine_.flush_serial = live_.serial;
    return {};
  }

  store_error read_connectors() {
    return scan_prefix(
        db_, family::meta, meta_connectors, [&](std::string_view key, std::string_view value) {
          const auto id = byte_reader{key.substr(meta_connectors.size())}.be32();
          if (id != engine_.connectors.next_id())
            return damaged(
                fmt::format("meta: connector {} is missing", engine_.connectors.next_id()));
          engine_.connectors.add(
              std::make_unique<connector_log>(id, std::string{value}, engine_.limits, head_));
          return store_error{};
        });
  }

  store_error read_cursors() {
    const auto count = engine_.connectors.next_id() - 1;
    places_.resize(count);
    engine_.cursors.resize(count);
    for (auto& place : places_) place.next = live_.watermark;
    for (auto& [id, list] : live_.open) {
      auto keys = decode_key_list(list);
      if (!keys || id == 0 || id > count) return damaged("cur: the live row is damaged");
      places_[id - 1].open = std::move(*keys);
    }
    const auto error =
        scan_all(db_, family::cur, [&](std::string_view key, std::string_view value) {
          const auto id = byte_reader{key}.be32();
          if (id == live_row_id) return store_error{};
          const auto row = decode_own_row(value);
          auto keys = row ? decode_key_list(row->open) : std::nullopt;
          if (!keys || id == 0 || id > count)
            return damaged(fmt::format("cur: the row of connector {} is damaged", id));
          places_[id - 1].next = row->next;
          places_[id - 1].open = std::move(*keys);
          engine_.cursors[id - 1].own_row = true;
          return store_error{};
        });
    for (std::size_t i = 0; i < count; ++i) {
      auto& place = places_[i];
      place.next = std::max(place.next, std::uint64_t{1});
      engine_.cursors[i].floor =
          place.open.empty() ? place.next : std::min(place.next, place.open.front().seq);
      const auto state = db_.get(family::meta, owner_state_key(static_cast<connector_id>(i + 1)));
      if (!state) return state.error();
      place.owner_state = state->value_or("");
    }
    return error;
  }

  store_error read_index() {
    std::vector<row_change> missing;
    auto incomplete = rebuild_index(db_, block_of(engine_.edge), head_, missing);
    if (!incomplete) return incomplete.error();
    if (!missing.empty())
      if (auto error = db_.write(missing, true); !ok(error)) return error;
    incomplete_ = *incomplete;
    sizes_.emplace(db_, incomplete_, head_);
    engine_.index.start(head_, std::move(*incomplete));
    return {};
  }

  store_error count_pending() {
    if (places_.empty()) return {};
    auto first = head_;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const auto next = places_[i].next;
      first = std::min(first, std::max(next, engine_.edge.load()));
      // How large they are shows with the copies themselves.
      if (next >= engine_.edge) continue;
      const auto copied = copied_after(engine_, db_, static_cast<connector_id>(i + 1), next);
      if (!copied) return copied.error();
      places_[i].pending += *copied;
    }
    const auto error = db_.scan(family::rix, block_key(block_of(first)), block_key(block_of(head_)),
                                [&](std::string_view key, std::string_view value) {
                                  const auto view = block_index_view::read(value);
                                  if (view) count_block(byte_reader{key}.be64(), *view);
                                  return view.has_value();
                                });
    const auto base = block_of(head_) * block_events;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const auto from = places_[i].next > base ? places_[i].next - base : 0;
      if (from >= block_events) continue;
      const auto last =
          incomplete_.total(static_cast<connector_id>(i + 1), static_cast<block_offset>(from));
      places_[i].pending += last.count;
      places_[i].bytes += last.bytes;
    }
    return error;
  }

  void count_block(std::uint64_t block, const block_index_view& view) {
    std::vector<block_offset> offsets;
    std::vector<std::uint32_t> sizes;
    for (std::uint32_t i = 0; i < view.connectors(); ++i) {
      const auto id = view.connector_at(i);
      if (id == 0 || id > places_.size()) continue;
      auto& place = places_[id - 1];
      if (place.next <= block * block_events) {
        const auto total = view.total_at(i);
        place.pending += total.count;
        place.bytes += total.bytes;
      } else if (place.next < (block + 1) * block_events) {
        offsets.clear();
        view.offsets(id, static_cast<block_offset>(place.next - block * block_events), offsets);
        place.pending += offsets.size();
        if (sizes.empty()) sizes = view.sizes().value_or(std::vector<std::uint32_t>(block_events));
        for (const auto offset : offsets) place.bytes += sizes.at(offset);
      }
    }
  }

  /// Of a delivery that has not ended. Where the log no longer has it, its copy tells.
  store_error count_bytes(connector_id connector, delivery_key key) {
    if (key.seq < engine_.edge) return {};
    const auto size = sizes_->of(key.seq);
    if (!size) return size.error();
    engine_.connectors.find(connector)->recover_bytes(*size);
    return {};
  }

  store_error count_copy(connector_id connector, std::string_view row) {
    const auto size = event_bytes_in(row);
    if (!size) return damaged("held: a copy is damaged");
    engine_.connectors.find(connector)->recover_bytes(*size);
    return {};
  }

  store_error place_connectors() {
    for (auto* connector : engine_.connectors.all()) {
      auto& place = places_[connector->id() - 1];
      std::optional<delivery_key> first;
      if (!place.open.empty()) {
        first = place.open.front();
      } else if (place.pending > 0) {
        const auto run = events_after(engine_, db_, connector->id(), place.next, 1);
        if (!run) return run.error();
        if (!run->seqs.empty()) first = delivery_key{.seq = run->seqs.front(), .part = 0};
      }
      if (first) {
        const auto event = load_events(engine_, db_, connector->id(), {*first});
        if (!event) return event.error();
        place.first_accepted_ms = event->front().what->accepted_at_ms();
      }
      for (const auto& key : place.open)
        if (auto error = count_bytes(connector->id(), key); !ok(error)) return error;
      connector->recover(std::move(place), head_);
    }
    return {};
  }

  store_error read_held() {
    std::optional<dead_letter_id> last_ended;
    return scan_all(db_, family::held, [&](std::string_view key, std::string_view value) {
      const auto at = held_position_from(key);
      if (!at) return damaged("held: a damaged key");
      auto* connector = engine_.connectors.find(at->connector);
      const dead_letter_id id{at->connector, at->key};
      if (at->is_payload) {
        // Copies from before a crash, of a cut that did not come: they go with their deliveries.
        auto& below = engine_.limits.evacuated_below;
        below = std::max(below.load(), at->key.seq + 1);
        // Its record, if it has one, came just before it.
        const bool counts = connector && at->key.seq < engine_.edge && id != last_ended;
        return counts ? count_copy(at->connector, value) : store_error{};
      }
      const auto record = decode_held_record(value);
      if (!connector || !record)
        return damaged(
            fmt::format("held: {}.{}.{} is damaged", at->connector, at->key.seq, at->key.part));
      connector->recover_held(at->key, *record);
      if (!ended(record->state)) return count_bytes(at->connector, at->key);
      last_ended = id;
      return store_error{};
    });
  }

  store_error read_parked() {
    std::map<connector_id, delivery_key> oldest;
    auto error = scan_all(db_, family::park, [&](std::string_view key, std::string_view value) {
      const auto at = park_position_from(key);
      const auto keys = decode_key_list(value);
      auto* connector = at ? engine_.connectors.find(at->connector) : nullptr;
      if (!connector || !keys || keys->empty()) return damaged("park: a damaged row");
      connector->recover_parked(*at, static_cast<std::uint32_t>(keys->size()));
      for (const auto& parked : *keys)
        if (auto failed = count_bytes(at->connector, parked); !ok(failed)) return failed;
      const auto first = oldest.try_emplace(at->connector, keys->front()).first;
      first->second = std::min(first->second, keys->front());
      return store_error{};
    });
    for (const auto& [id, key] : oldest) {
      if (!ok(error)) return error;
      const auto event = load_events(engine_, db_, id, {key});
      if (!event) return event.error();
      engine_.connectors.find(id)->recover_oldest_parked(event->front().what->accepted_at_ms());
    }
    return error;
  }

  store_error read_newest_effects() {
    return scan_prefix(db_, family::meta, meta_newest_effects,
                       [&](std::string_view key, std::string_view value) {
                         byte_reader name{key.substr(meta_newest_effects.size())};
                         byte_reader row{value};
                         auto* connector = engine_.connectors.find(name.be32());
                         const auto lane = name.be64();
                         const auto seq = row.be64();
                         const auto part = row.be16();
                         if (!connector || !name.ok() || !row.ok())
                           return damaged("meta: a damaged note of a lane");
                         connector->recover_newest_effect(lane, {.seq = seq, .part = part});
                         return store_error{};
                       });
  }

  store_error note_start() {
    const auto starts = number_on_disk(db_, meta_starts);
    if (!starts) return starts.error();
    engine_.next_epoch = (*starts + 1) * epochs_per_start;
    ++durable_.commit;
    if (auto error = db_.write({{family::meta, std::string{meta_starts}, number(*starts + 1)},
                                {family::meta, std::string{meta_schema}, number(schema)},
                                commit_row(durable_.commit)},
                               true);
        !ok(error))
      return error;
    return engine_.high_water.replace(durable_);
  }

  engine& engine_;
  database& db_;
  high_water_mark durable_;
  std::uint64_t head_ = 1;
  live_row live_;
  block_index_builder incomplete_;
  std::optional<event_sizes> sizes_;
  std::vector<connector_log::recovered> places_;
};

}  // namespace

result<high_water_mark, store_error> recover(engine& into, database& db) {
  return recovery{into, db}.run();
}

result<std::uint64_t, store_error> last_event(database& db) {
  const auto row = db.last(family::ev);
  if (!row) return failure(row.error());
  return *row ? byte_reader{(*row)->first}.be64() : 0;
}

result<block_index_builder, store_error> rebuild_index(database& db, std::uint64_t first_block,
                                                       std::uint64_t head,
                                                       std::vector<row_change>& missing) {
  const auto last_block = block_of(head);
  auto expected = first_block;
  store_error build_error;
  const auto build_up_to = [&](std::uint64_t block) {
    for (; expected < block; ++expected) {
      auto index = index_block(db, expected);
      if (!index) {
        build_error = index.error();
        return false;
      }
      missing.push_back({family::rix, block_key(expected), index->encode()});
    }
    return true;
  };
  auto error = db.scan(family::rix, block_key(first_block), block_key(last_block),
                       [&](std::string_view key, std::string_view value) {
                         const auto block = byte_reader{key}.be64();
                         if (!build_up_to(block)) return false;
                         // A damaged row is as good as a missing one: events are the truth.
                         if (block_index_view::read(value)) ++expected;
                         return true;
                       });
  if (ok(error)) build_up_to(last_block);
  if (ok(error)) error = build_error;
  if (!ok(error)) return failure(error);
  return index_block(db, last_block);
}

result<std::map<std::uint32_t, std::uint64_t>, store_error> buckets_on_disk(database& db) {
  std::map<std::uint32_t, std::uint64_t> out;
  const auto error = scan_prefix(
      db, family::meta, meta_buckets, [&](std::string_view key, std::string_view value) {
        out[byte_reader{key.substr(meta_buckets.size())}.be32()] = byte_reader{value}.be64();
        return store_error{};
      });
  if (!ok(error)) return failure(error);
  return out;
}

row_change commit_row(std::uint64_t number_of_commit) {
  return {family::meta, std::string{meta_commits}, number(number_of_commit)};
}

store_error lost_end(const std::filesystem::path& log, high_water_mark found,
                     high_water_mark durable) {
  if (found.next_seq < durable.next_seq)
    return damaged(fmt::format(
        "{}: {} acknowledged events are missing: events up to {} were durable, the log "
        "ends at {}",
        log.string(), durable.next_seq - found.next_seq, durable.next_seq - 1, found.next_seq - 1));
  if (found.commit < durable.commit)
    return damaged(fmt::format(
        "{}: settlements and operators' changes are missing: commits up to {} were durable, the "
        "log ends at {}",
        log.string(), durable.commit, found.commit));
  return {};
}

result<std::uint64_t, store_error> number_on_disk(database& db, std::string_view key) {
  const auto row = db.get(family::meta, key);
  if (!row) return failure(row.error());
  return *row ? byte_reader{**row}.be64() : 0;
}

}  // namespace airtrain::embedded
