#include "store/embedded/maintenance.hpp"

#include <algorithm>
#include <chrono>
#include <future>

#include "messages/thread_name.hpp"
#include "store/embedded/bytes.hpp"
#include "store/embedded/disk_watch.hpp"
#include "store/embedded/evacuation.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/operations.hpp"
#include "store/embedded/retention.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::chrono::seconds trim_interval{10};
// With little room left, as fast as that.
constexpr std::chrono::seconds hurried_interval{1};

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

std::uint64_t excess_bytes(const engine& with, database& db) {
  const auto used = db.bytes_on_disk();
  const auto over = used > with.settings.retention_max_bytes
                        ? used - with.settings.retention_max_bytes
                        : std::uint64_t{0};
  return std::max(over, room_of(with).lacking_for_history());
}

}  // namespace

maintenance::maintenance(engine& with, writer& through) : engine_(with), writer_(through) {}

void maintenance::start() {
  thread_ = std::thread{[this] {
    name_this_thread("store keep");
    loop();
  }};
}

void maintenance::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void maintenance::loop() {
  using clock = std::chrono::steady_clock;
  auto trim_at = clock::now() + trim_interval;
  while (true) {
    {
      std::unique_lock lock{mutex_};
      if (changed_.wait_for(lock, hurried_interval, [&] { return stopping_; })) break;
    }
    if (clock::now() < trim_at && room_of(engine_).lacking_for_history() == 0) continue;
    trim_at = clock::now() + trim_interval;
    // What fails here is tried again; a damaged or failing disk shows at the writer and readers.
    (void)trim();
  }
}

store_error maintenance::on_writer(
    std::function<result<std::vector<row_change>, store_error>(database&)> prepare) {
  std::promise<store_error> written;
  writer_.run({.prepare = std::move(prepare),
               .finish = [&](store_error error) { written.set_value(std::move(error)); }});
  return written.get_future().get();
}

result<std::uint64_t, store_error> maintenance::edge_now() {
  const auto db = engine_.db.get();
  if (!db) return failure(engine_.health.unavailable());
  return edge_to_be(engine_, *db, excess_bytes(engine_, *db));
}

bool maintenance::stopping() {
  std::lock_guard lock{mutex_};
  return stopping_;
}

store_error maintenance::copy_out(std::uint64_t edge) {
  evacuation copies{engine_, edge};
  while (!copies.done()) {
    // Nobody waits at the end for a large backlog to be copied; the next start goes on.
    if (stopping()) return {store_error_code::closed, "the store is closing"};
    const auto error = on_writer([&](database& db) -> result<std::vector<row_change>, store_error> {
      if (auto failed = copies.step(db); !ok(failed)) return failure(failed);
      return std::vector<row_change>{};
    });
    if (!ok(error)) return error;
  }
  return {};
}

store_error maintenance::trim() {
  std::lock_guard lock{trimming_};
  const auto before = engine_.edge.load();
  const auto target = edge_now();
  if (!target) return target.error();
  const auto edge = *target;
  if (edge > before) {
    // From now on what ends takes its copy along, also one that is only about to be made; what
    // ended before is off the disk when the writer comes to the first step.
    engine_.limits.evacuated_below = std::max(engine_.limits.evacuated_below.load(), edge);
    if (auto error = copy_out(edge); !ok(error)) return error;
  }
  auto error = on_writer([&](database& db) { return outlived(db, before, edge); });
  if (!ok(error)) return error;
  if (error = drop_history(edge); !ok(error) || edge == before) return error;
  // Readers first: what lies below the edge is not looked for in the log any more.
  engine_.edge = edge;
  const auto db = engine_.db.get();
  return db ? drop_below(*db, edge) : engine_.health.unavailable();
}

store_error maintenance::drop_history(std::uint64_t edge) {
  const auto db = engine_.db.get();
  if (!db) return engine_.health.unavailable();
  const auto from = std::max(attempts_from_, block_of(edge));
  const auto kept = kept_attempts(engine_, *db, from);
  if (!kept) return kept.error();
  if (*kept > attempts_from_)
    if (auto error = db->drop_range(family::att, block_key(0), block_key(*kept)); !ok(error))
      return error;
  attempts_from_ = *kept;
  if (!engine_.audited.exchange(false)) return {};
  const auto first = kept_audit(engine_, *db);
  if (!first) return first.error();
  return first->empty() ? store_error{} : db->drop_range(family::audit, "", *first);
}

/// A restart must not make the clock believed.
void maintenance::note_doubt(std::vector<row_change>& rows) {
  if (!engine_.env.purging) return;
  const auto left = static_cast<std::uint64_t>(engine_.env.purging->doubt_left().count());
  if (left == noted_doubt_ms_) return;
  noted_doubt_ms_ = left;
  std::string value;
  put_be64(value, left);
  rows.push_back({family::meta, std::string{meta_clock_doubt}, std::move(value)});
}

result<std::vector<row_change>, store_error> maintenance::outlived(database& db,
                                                                   std::uint64_t before,
                                                                   std::uint64_t edge) {
  std::vector<row_change> rows;
  if (edge > before) {
    std::string value;
    put_be64(value, edge);
    rows.push_back({family::meta, std::string{meta_edge}, std::move(value)});
  }
  note_doubt(rows);
  auto purged = outlived_dead_letters(engine_, db);
  if (!purged) return failure(purged.error());
  auto discarded = discard_dead_letters(engine_, db, std::move(*purged));
  if (!discarded) return failure(discarded.error());
  engine_.purged_dead_letters += discarded->what.done;
  std::move(discarded->rows.begin(), discarded->rows.end(), std::back_inserter(rows));
  while (const auto bucket = engine_.dedupe.droppable(edge, engine_.purging_ms())) {
    rows.push_back({family::meta, bucket_key(*bucket), std::nullopt});
    std::string begin, end;
    append_dedupe_key(begin, *bucket, {});
    append_dedupe_key(end, *bucket + 1, {});
    const auto error = db.drop_range(family::dd, begin, end);
    if (!ok(error)) return failure(error);
    engine_.dedupe.dropped(*bucket);
  }
  return rows;
}

}  // namespace airtrain::embedded
