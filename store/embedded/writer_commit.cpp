#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <unordered_map>

#include "messages/invariant.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/held_record.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/recovery.hpp"
#include "store/embedded/writer.hpp"
#include "store/full_backlogs.hpp"

// One turn of the writer: what waits becomes one batch, one write, and its answers.

namespace airtrain::embedded {
namespace {

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

struct hash_of_id_hash {
  std::size_t operator()(const id_hash& h) const { return h.of_both; }
};
/// Ids of one commit, or of one request: not on disk yet.
using new_ids = std::unordered_map<id_hash, known_id, hash_of_id_hash>;

const known_id* find(const new_ids& ids, const id_hash& hash) {
  const auto found = ids.find(hash);
  return found == ids.end() ? nullptr : &found->second;
}

/// The verdicts on one request, given what is known on disk and of earlier requests of the commit.
std::vector<published_event> verdicts(const publish_request& request,
                                      std::span<const id_hash> hashes,
                                      std::span<const std::optional<known_id>> on_disk,
                                      const new_ids& earlier, std::uint64_t next_seq) {
  std::vector<published_event> out;
  out.reserve(request.items.size());
  new_ids own;
  bool conflict = false;
  for (std::size_t i = 0; i < request.items.size(); ++i) {
    const auto content = request.items[i].what->content_hash();
    const known_id* known = on_disk[i] ? &*on_disk[i] : find(earlier, hashes[i]);
    if (!known) known = find(own, hashes[i]);
    if (!known) {
      if (request.items.size() > 1) own[hashes[i]] = {.seq = next_seq, .content_hash = content};
      out.push_back({publish_status::accepted, next_seq++});
    } else if (known->content_hash == content) {
      out.push_back({publish_status::duplicate, known->seq});
    } else {
      out.push_back({publish_status::conflict, known->seq});
      conflict = true;
    }
  }
  if (conflict) refuse_request(out);
  return out;
}

/// The dead letter of a route that found its connector's backlog full.
row_change refused_letter(std::uint64_t seq, const route& to, const event& what,
                          std::int64_t now_ms) {
  held_record record;
  record.state = held_state::dead;
  record.lane = to.lane;
  record.accepted_ms = what.accepted_at_ms();
  record.ended_ms = now_ms;
  record.why = reason::backlog_full;
  return {family::held, held_key(to.connector, {.seq = seq, .part = 0}), encode(record)};
}

std::vector<id_hash> hashes_of(const std::vector<publish_request>& requests, std::size_t events) {
  std::vector<id_hash> out;
  out.reserve(events);
  for (const auto& request : requests)
    for (const auto& item : request.items)
      out.push_back(hash_of(item.what->source(), item.what->id()));
  return out;
}

/// About what an event adds to a batch beside its own bytes: keys, routes, its id's row.
constexpr std::size_t row_overhead_bytes = 128;

std::size_t bytes_of(const commit& what) {
  std::size_t bytes = 0;
  for (const auto& event : what.events)
    bytes += event.item->what->bytes().size() + row_overhead_bytes;
  return bytes;
}

}  // namespace

void writer::turn(work& what) {
  commit c;
  c.next_seq = next_seq_;
  auto refusal = what.stopping ? engine_.health.unavailable() : store_error{};
  auto db = engine_.db.get();
  if (!db) refusal = engine_.health.unavailable();
  if (!ok(refusal)) {
    // At the end nothing new is taken, but what was settled is still made durable.
    for (auto& call : what.publishes)
      call.done({call.requests.size(), {.error = refusal, .events = {}}});
    what.publishes.clear();
  }
  if (!db) {
    for (auto& one : what.jobs) one.finish(refusal);
    return;
  }
  auto error = build(*db, what, c);
  if (ok(error)) error = write(*db, c);
  if (ok(error) && c.sync) error = note_durable(c);
  db.reset();  // it may have to be closed
  if (ok(error))
    committed(c);
  else
    fail(error, c);
  answer(what, c, error);
}

store_error writer::build(database& db, work& what, commit& into) {
  into.sync = what.flush || what.stopping;
  for (const auto& one : what.jobs) into.sync |= one.durable;
  if (what.flush || what.stopping || !what.jobs.empty())
    if (auto error = collect_changes(engine_, db, into); !ok(error)) return error;
  if (auto error = run_jobs(db, what.jobs, into); !ok(error)) return error;
  return judge(db, what, into);
}

store_error writer::run_jobs(database& db, std::vector<job>& jobs, commit& into) {
  if (std::none_of(jobs.begin(), jobs.end(), [](const job& j) { return bool{j.prepare}; }))
    return {};
  // Jobs read what was settled before them. It is written once more, and synced, with the rest:
  // should that fail, it has to be in what is repeated.
  if (auto error = db.write(into.rows, false); !ok(error)) return error;
  for (auto& one : jobs) {
    if (!one.prepare) continue;
    auto rows = one.prepare(db);
    if (!rows) {
      // It could not read: this job fails, the commit goes on.
      one.finish(rows.error());
      one.finish = nullptr;
      continue;
    }
    const auto error = db.write(*rows, false);
    // Memory has changed with it: should that have failed, it has to be repeated too.
    std::move(rows->begin(), rows->end(), std::back_inserter(into.rows));
    if (!ok(error)) return error;
  }
  return collect_changes(engine_, db, into);
}

store_error writer::judge(database& db, work& what, commit& into) {
  new_ids group;
  std::size_t total = 0;
  for (const auto& call : what.publishes) total += call.events;
  group.reserve(total);
  into.events.reserve(total);
  auto gate = engine_.limited.gate();
  for (auto& call : what.publishes) {
    const auto hashes = hashes_of(call.requests, call.events);
    const auto known = engine_.dedupe.find(db, hashes, engine_.now_ms());
    if (!known) return known.error();
    auto& answers = into.answers.emplace_back();
    answers.reserve(call.requests.size());
    std::size_t first = 0;
    for (auto& request : call.requests) {
      const auto count = request.items.size();
      const auto own = std::span{hashes}.subspan(first, count);
      auto& result = answers.emplace_back();
      result.events =
          verdicts(request, own, std::span{*known}.subspan(first, count), group, into.next_seq);
      mind_full_backlogs(gate, request, result.events);
      for (std::size_t i = 0; i < count; ++i) {
        if (result.events[i].status != publish_status::accepted) continue;
        auto& item = request.items[i];
        into.events.push_back({.seq = into.next_seq++, .id = own[i], .item = &item});
        group[own[i]] = {.seq = into.events.back().seq, .content_hash = item.what->content_hash()};
      }
      first += count;
    }
  }
  into.sync |= !what.publishes.empty();
  return {};
}

store_error writer::write(database& db, const commit& what) {
  rocksdb::WriteBatch batch{bytes_of(what)};
  std::vector<log_index::addition> added;
  added.reserve(what.events.size());
  const auto now_ms = engine_.now_ms();
  for (const auto& event : what.events) {
    const auto key = event_key(event.seq);
    const auto routes = encode_routes(event.item->routes);
    const auto bytes = event.item->what->bytes();
    const rocksdb::Slice key_part{key};
    const std::array<rocksdb::Slice, 2> parts{rocksdb::Slice{routes},
                                              rocksdb::Slice{bytes.data(), bytes.size()}};
    if (auto error = error_from(batch.Put(db.handle(family::ev), {&key_part, 1},
                                          {parts.data(), static_cast<int>(parts.size())}),
                                "building a commit");
        !ok(error))
      return error;
    engine_.dedupe.remember(
        event.id,
        {.seq = event.seq, .content_hash = event.item->what->content_hash(), .at_ms = now_ms}, db,
        batch);
    added.push_back(
        {event.seq, event.item->what->accepted_at_ms(), bytes.size(), event.item->routes});
    for (const auto& to : event.item->routes)
      if (to.refused) db.add(batch, refused_letter(event.seq, to, *event.item->what, now_ms));
  }
  for (const auto& row : engine_.index.append(added)) db.add(batch, row);
  for (const auto& row : what.rows) db.add(batch, row);
  if (batch.Count() == 0 && !what.sync) return {};
  if (what.sync) db.add(batch, commit_row(++commit_));

  const auto start = clock::now();
  auto error = db.write(batch, what.sync);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - start);
  if (ok(error) && what.sync)
    engine_.figures.note(static_cast<std::uint64_t>(took.count()), what.events.size());
  return error;
}

/// Not the numbers that a failed commit has used up: the log does not have them.
store_error writer::note_durable(const commit& what) {
  auto mark = durable_;
  if (!what.events.empty()) mark.next_seq = what.next_seq;
  mark.commit = commit_;
  auto error = engine_.high_water.note(mark);
  if (ok(error)) durable_ = mark;
  return error;
}

void writer::committed(commit& what) {
  for (const auto& [connector, generation] : what.generations) connector->written(generation);
  if (what.cursors) {
    engine_.cursors = std::move(*what.cursors);
    cursor_bytes_ = 0;
    for (const auto& row : what.rows)
      if (row.in == family::cur && row.value) cursor_bytes_ += row.value->size();
  }
  if (what.events.empty()) return;
  next_seq_ = what.next_seq;
  // Owners first: a reader that finds an event in the index may count on its owner knowing it.
  fan_out(what);
  engine_.index.commit(next_seq_);
}

void writer::fan_out(commit& what) {
  std::vector<connector_id> touched;
  for (const auto& event : what.events) {
    for (const auto& to : event.item->routes) {
      if (arrivals_.size() <= to.connector) arrivals_.resize(to.connector + 1);
      auto& own = arrivals_[to.connector];
      if (own.empty()) touched.push_back(to.connector);
      own.push_back(
          {.seq = event.seq, .lane = to.lane, .what = event.item->what, .refused = to.refused});
    }
  }
  for (auto id : touched) {
    auto* connector = engine_.connectors.find(id);
    AIRTRAIN_INVARIANT(connector != nullptr);
    if (const auto tell = connector->arrive(arrivals_[id])) tell();
    arrivals_[id].clear();
  }
  std::vector<recent_events::addition> kept;
  kept.reserve(what.events.size());
  for (const auto& event : what.events)
    kept.push_back({event.seq, {std::move(event.item->routes), std::move(event.item->what)}});
  engine_.recent.add(std::move(kept));
}

void writer::answer(work& what, commit& done, const store_error& error) {
  for (std::size_t i = 0; i < what.publishes.size(); ++i) {
    auto& call = what.publishes[i];
    if (ok(error))
      call.done(std::move(done.answers[i]));
    else
      call.done({call.requests.size(), {.error = error, .events = {}}});
  }
  for (auto& one : what.jobs)
    if (one.finish) one.finish(error);
}

}  // namespace airtrain::embedded
