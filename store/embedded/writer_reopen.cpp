#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "store/embedded/bytes.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/recovery.hpp"
#include "store/embedded/writer.hpp"

// After a failed write: nothing is believed until it was read back.

namespace airtrain::embedded {
namespace {
constexpr std::chrono::milliseconds reopen_interval{200};
}

void writer::fail(const store_error& error, commit& failed) {
  engine_.health.set_write_failed(error.message);
  std::move(failed.rows.begin(), failed.rows.end(), std::back_inserter(unwritten_));
  std::move(failed.generations.begin(), failed.generations.end(),
            std::back_inserter(unwritten_generations_));
  // Its cursors are written before anything else: the next ones have to follow on them.
  if (failed.cursors) engine_.cursors = std::move(*failed.cursors);
  // Whether they landed or not, these numbers are not given again.
  next_seq_ = std::max(next_seq_, failed.next_seq);
  // What could not be taken along goes with the next flush.
  settled();
  engine_.db.close();
  reopen_at_ = clock::now();
}

void writer::reopen() {
  reopen_at_ = clock::now() + reopen_interval;
  auto db = database::open(engine_.settings, engine_.env.files);
  if (!db) return engine_.health.set_write_failed(db.error().message);
  if (auto error = take_over_landed(**db); error.code != store_error_code::none)
    return engine_.health.set_write_failed(error.message);
  engine_.db.put(std::move(*db));
  engine_.health.set_sound();
}

store_error writer::take_over_landed(database& db) {
  const auto last = last_event(db);
  if (!last) return last.error();
  const auto commits = number_on_disk(db, meta_commits);
  if (!commits) return commits.error();
  high_water_mark found{.next_seq = std::max(*last + 1, engine_.edge.load()), .commit = *commits};
  if (auto lost = lost_end(database_path(engine_.settings), found, durable_);
      lost.code != store_error_code::none)
    return lost;

  // What landed of the failed commit was never answered as accepted, but from now on its ids are
  // known: it is delivered, and the producer's next try is a duplicate.
  commit landed;
  std::vector<publish_item> items;
  const auto from = engine_.index.head();
  store_error damage;
  auto error = db.scan(family::ev, event_key(from), event_key(~std::uint64_t{0}),
                       [&](std::string_view key, std::string_view value) {
                         auto row = decode_event_row(value);
                         if (!row) {
                           damage = {store_error_code::damaged, "ev: a damaged event"};
                           return false;
                         }
                         landed.events.push_back({.seq = byte_reader{key}.be64(), .id = {}});
                         items.push_back({std::move(row->what), std::move(row->routes)});
                         return true;
                       });
  if (error.code == store_error_code::none) error = damage;
  if (error.code != store_error_code::none) return error;
  for (std::size_t i = 0; i < items.size(); ++i) landed.events[i].item = &items[i];

  next_seq_ = std::max(next_seq_, found.next_seq);
  auto rebuilt = rebuild_index(db, block_of(from), next_seq_, unwritten_);
  if (!rebuilt) return rebuilt.error();
  found.commit = ++commit_;
  rocksdb::WriteBatch again;
  for (const auto& row : unwritten_) db.add(again, row);
  db.add(again, commit_row(found.commit));
  if (error = db.write(again, true); error.code != store_error_code::none) return error;
  for (const auto& [connector, generation] : unwritten_generations_) connector->written(generation);
  unwritten_.clear();
  unwritten_generations_.clear();
  auto buckets = buckets_on_disk(db);
  if (!buckets) return buckets.error();
  engine_.dedupe.recover(std::move(*buckets));
  if (error = engine_.high_water.replace(found); error.code != store_error_code::none) return error;
  durable_ = found;
  fan_out(landed);
  engine_.index.start(next_seq_, std::move(*rebuilt));
  return {};
}

}  // namespace airtrain::embedded
