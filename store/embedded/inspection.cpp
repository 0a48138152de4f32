#include "store/embedded/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/embedded/bytes.hpp"
#include "store/embedded/cursor_rows.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/held_record.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/recovery.hpp"

namespace airtrain::embedded {
namespace {

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

std::string last_key() {
  return std::string(24, '\xff');
}

}  // namespace

void inspection::found(std::string what) {
  report_.sound = false;
  report_.findings.push_back(std::move(what));
}

void inspection::mend(row_change change, std::string what) {
  mending_.push_back(std::move(change));
  report_.repairs.push_back(std::move(what));
}

store_error inspection::run() {
  if (auto error = db_.verify_files(); !ok(error)) return error;
  for (auto step : {&inspection::check_log, &inspection::check_cursors, &inspection::check_held,
                    &inspection::check_due, &inspection::check_parked, &inspection::check_copies})
    if (auto error = (this->*step)(); !ok(error)) return error;
  return {};
}

store_error inspection::check_log() {
  const auto edge = number_on_disk(db_, meta_edge);
  if (!edge) return edge.error();
  edge_ = *edge;
  const auto last = last_event(db_);
  if (!last) return last.error();
  const auto commits = number_on_disk(db_, meta_commits);
  if (!commits) return commits.error();
  log_end_ = {.next_seq = std::max(*last + 1, edge_), .commit = *commits};
  const auto error = db_.scan(family::ev, event_key(edge_), last_key(),
                              [&](std::string_view key, std::string_view value) {
                                if (decode_event_row(value)) return true;
                                const auto seq = byte_reader{key}.be64();
                                found(fmt::format("ev: event {} is damaged", seq));
                                mend({family::ev, std::string{key}, std::nullopt},
                                     fmt::format("ev: event {} is dropped; it is lost", seq));
                                return true;
                              });
  for (auto block = block_of(edge_); ok(error) && block < block_of(log_end_.next_seq); ++block)
    if (auto e = check_block(block); !ok(e)) return e;
  return error;
}

store_error inspection::check_block(std::uint64_t block) {
  const auto row = db_.get(family::rix, block_key(block));
  if (!row) return row.error();
  const auto index = index_block(db_, block);
  // A damaged event was found above; the index is rebuilt once it is gone.
  if (!index) return {};
  const auto expected = index->encode();
  if (*row && **row == expected) return {};
  found(fmt::format("rix: the index of block {} is {}", block, *row ? "wrong" : "missing"));
  mend({family::rix, block_key(block), expected},
       fmt::format("rix: the index of block {} is built from its events", block));
  return {};
}

result<bool, store_error> inspection::has_event(connector_id connector, delivery_key key) {
  const auto row = key.seq >= edge_ ? db_.get(family::ev, event_key(key.seq))
                                    : db_.get(family::held, payload_key(connector, key));
  if (!row) return failure(row.error());
  return row->has_value();
}

store_error inspection::check_held() {
  store_error failed;
  const auto error =
      db_.scan(family::held, "", last_key(), [&](std::string_view key, std::string_view value) {
        const auto at = held_position_from(key);
        if (at && at->is_payload) return true;
        const auto record = decode_held_record(value);
        const auto name =
            at ? fmt::format("{}.{}.{}", at->connector, at->key.seq, at->key.part) : "a row";
        const auto drop = [&](std::string_view why) {
          found(fmt::format("held: {} {}", name, why));
          mend({family::held, std::string{key}, std::nullopt},
               fmt::format("held: {} is dropped; that delivery is lost", name));
        };
        if (!at || !record) {
          drop("is damaged");
          return true;
        }
        claimed_.insert({at->connector, at->key});
        const auto event = has_event(at->connector, at->key);
        if (!event) {
          failed = event.error();
          return false;
        }
        if (!*event) {
          drop("has lost its event");
          return true;
        }
        if (record->state != held_state::retry) return true;
        auto due = due_key(at->connector, record->due_ms, at->key);
        const auto waits = db_.get(family::due, due);
        if (!waits) {
          failed = waits.error();
          return false;
        }
        if (*waits) return true;
        found(fmt::format("due: {} waits for a time and has no row", name));
        mend({family::due, std::move(due), std::string(1, static_cast<char>(record->scope))},
             fmt::format("due: {} gets its row", name));
        return true;
      });
  return ok(error) ? failed : error;
}

store_error inspection::check_due() {
  store_error failed;
  const auto error =
      db_.scan(family::due, "", last_key(), [&](std::string_view key, std::string_view) {
        const auto at = due_position_from(key);
        auto row = at ? db_.get(family::held, held_key(at->connector, at->key))
                      : result<std::optional<std::string>, store_error>{std::nullopt};
        if (!row) {
          failed = row.error();
          return false;
        }
        const auto record = *row ? decode_held_record(**row) : std::nullopt;
        if (record && record->state == held_state::retry && record->due_ms == at->due_ms)
          return true;
        found("due: a row of a delivery that does not wait");
        mend({family::due, std::string{key}, std::nullopt}, "due: that row is dropped");
        return true;
      });
  return ok(error) ? failed : error;
}

store_error inspection::check_parked() {
  store_error failed;
  const auto error =
      db_.scan(family::park, "", last_key(), [&](std::string_view key, std::string_view value) {
        const auto at = park_position_from(key);
        auto keys = decode_key_list(value);
        if (!at || !keys) {
          found("park: a row is damaged");
          mend({family::park, std::string{key}, std::nullopt},
               "park: that row is dropped; up to 1,024 deliveries are lost");
          return true;
        }
        const auto before = keys->size();
        for (const auto& parked : *keys)
          if (parked.seq < edge_) claimed_.insert({at->connector, parked});
        std::erase_if(*keys, [&](const delivery_key& parked) {
          const auto event = has_event(at->connector, parked);
          if (!event) failed = event.error();
          return event && !*event;
        });
        if (keys->size() == before) return ok(failed);
        const auto lost = before - keys->size();
        found(fmt::format("park: {} deliveries of connector {} have lost their events", lost,
                          at->connector));
        mend({family::park, std::string{key},
              keys->empty() ? std::nullopt : std::optional{encode_key_list(*keys)}},
             fmt::format("park: {} deliveries are dropped", lost));
        return ok(failed);
      });
  return ok(error) ? failed : error;
}

}  // namespace airtrain::embedded
