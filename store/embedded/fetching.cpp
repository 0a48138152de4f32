#include "store/embedded/fetching.hpp"

#include <algorithm>

#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/pending_events.hpp"

namespace airtrain::embedded {
namespace {

using plan = connector_log::plan;
using from = loaded_delivery::from;

// Reads go in steps, so that a limit on bytes is passed by one step at most.
constexpr std::size_t events_per_read = 64;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

/// One delivery that may be taken, before its event is read.
struct candidate {
  delivery_key key;
  from place = from::log;
  lane_id lane = no_lane;
  std::int64_t due_ms = 0;
  delivery_key parked_row;
};

class fetch {
 public:
  fetch(engine& with, database& db, connector_log& connector, std::uint64_t epoch,
        const fetch_request& what)
      : engine_(with), db_(db), connector_(connector), epoch_(epoch), what_(what) {}

  result<fetch_result, store_error> run() {
    // Something may have come into memory since it was decided to look here.
    auto quick = connector_.fetch_from_memory(epoch_, what_);
    if (!quick) return failure(quick.error());
    if (*quick) return std::move(**quick);
    auto planned = connector_.plan_for(epoch_, what_);
    if (!planned) return failure(planned.error());
    plan_ = std::move(*planned);
    auto read = find();
    if (ok(read)) read = load();
    if (!ok(read)) {
      connector_.drop_plan();
      return failure(read);
    }
    if (loaded_.size() < candidates_.size()) stopped_at(candidates_[loaded_.size()]);
    return connector_.take(epoch_, what_,
                           {.deliveries = std::move(loaded_),
                            .more = more_,
                            .scanned_to = scanned_to_,
                            .next_due_ms = next_due_ms_,
                            .due_unread_ms = plan_.due_unread_ms});
  }

 private:
  store_error find() {
    switch (what_.what) {
      case fetch_kind::fresh:
        return find_fresh();
      case fetch_kind::due:
        return find_due();
      case fetch_kind::lane:
        return find_in_lane();
    }
    return {};
  }

  store_error find_fresh() {
    for (const auto& key : plan_.returned) candidates_.push_back({.key = key, .parked_row = {}});
    const auto room = std::min(what_.count_max - plan_.returned.size(), plan_.room);
    if (!plan_.from_log || room == 0) {
      more_ = room == 0;
      return {};
    }
    auto run = events_after(engine_, db_, connector_.id(), plan_.next, room);
    if (!run) return run.error();
    for (auto seq : run->seqs)
      candidates_.push_back({.key = {.seq = seq, .part = 0}, .parked_row = {}});
    scanned_to_ = run->scanned_to;
    return {};
  }

  bool due(std::int64_t due_ms, std::string_view scope) const {
    if (due_ms <= what_.now_ms) return true;
    return what_.release_connector_scope && !scope.empty() &&
           scope.front() == static_cast<char>(failure_scope::connector);
  }

  store_error find_due() {
    const auto prefix = due_prefix(connector_.id());
    return db_.scan(
        family::due, prefix, after_prefix(prefix),
        [&](std::string_view key, std::string_view value) {
          const auto at = due_position_from(key);
          if (!at || plan_.taken.contains(at->key)) return true;
          const bool full = candidates_.size() >= what_.count_max;
          if (due(at->due_ms, value) && !full) {
            candidates_.push_back(
                {.key = at->key, .place = from::due, .due_ms = at->due_ms, .parked_row = {}});
            return true;
          }
          more_ |= due(at->due_ms, value);
          note_next_due(at->due_ms);
          // Beyond now only those that wait on the connector matter.
          return what_.release_connector_scope && !full;
        });
  }

  void note_next_due(std::int64_t due_ms) {
    next_due_ms_ = next_due_ms_ == 0 ? due_ms : std::min(next_due_ms_, due_ms);
  }

  store_error find_in_lane() {
    for (const auto& key : plan_.aside)
      candidates_.push_back(
          {.key = key, .place = from::aside, .lane = what_.lane, .parked_row = {}});
    const auto prefix = park_prefix(connector_.id(), what_.lane);
    store_error damage;
    const auto error = db_.scan(family::park, prefix, after_prefix(prefix),
                                [&](std::string_view key, std::string_view value) {
                                  const auto at = park_position_from(key);
                                  const auto keys = decode_key_list(value);
                                  if (!at || !keys) {
                                    damage = {store_error_code::damaged, "park: a damaged row"};
                                    return false;
                                  }
                                  // Rows are in order of their first, but may overlap: enough is
                                  // when as many as wanted, and one to know of more, come before
                                  // this row.
                                  const auto before = std::count_if(
                                      candidates_.begin(), candidates_.end(),
                                      [&](const auto& c) { return c.key < at->first; });
                                  if (static_cast<std::size_t>(before) > what_.count_max)
                                    return false;
                                  for (const auto& parked : *keys)
                                    if (!plan_.taken.contains(parked))
                                      candidates_.push_back({.key = parked,
                                                             .place = from::parked,
                                                             .lane = what_.lane,
                                                             .parked_row = at->first});
                                  return true;
                                });
    if (!ok(error)) return error;
    std::sort(candidates_.begin(), candidates_.end(),
              [](const auto& a, const auto& b) { return a.key < b.key; });
    if (plan_.first_unwritten)
      std::erase_if(candidates_, [&](const auto& c) { return c.key > *plan_.first_unwritten; });
    if (candidates_.size() > what_.count_max) {
      candidates_.resize(what_.count_max);
      more_ = true;
    }
    return damage;
  }

  store_error load() {
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < candidates_.size(); at += events_per_read) {
      const auto count = std::min(events_per_read, candidates_.size() - at);
      std::vector<delivery_key> keys;
      for (std::size_t i = 0; i < count; ++i) keys.push_back(candidates_[at + i].key);
      auto events = load_events(engine_, db_, connector_.id(), keys);
      if (!events) return events.error();
      std::vector<std::optional<held_record>> held(count);
      if (what_.what != fetch_kind::fresh) {
        auto records = load_held(db_, connector_.id(), keys);
        if (!records) return records.error();
        held = std::move(*records);
      }
      for (std::size_t i = 0; i < count; ++i) {
        bytes += (*events)[i].what->bytes().size();
        if (!loaded_.empty() && bytes > what_.bytes_max) return {};
        add(candidates_[at + i], (*events)[i], held[i]);
      }
    }
    return {};
  }

  void add(const candidate& from_disk, loaded_event& event,
           const std::optional<held_record>& record) {
    auto& out = loaded_.emplace_back();
    out.place = from_disk.place;
    out.due_ms = from_disk.due_ms;
    out.parked_row = from_disk.parked_row;
    out.what.key = from_disk.key;
    out.what.event = std::move(event.what);
    out.what.lane = from_disk.place == from::log ? event.lane : from_disk.lane;
    if (!record) return;
    out.what.lane = record->lane;
    out.what.history = record->history;
    out.what.rendered = record->rendered;
  }

  /// The limit on bytes left candidates from this one on.
  void stopped_at(const candidate& first_left) {
    more_ = true;
    if (scanned_to_) scanned_to_ = first_left.key.seq;
    if (first_left.place == from::due) note_next_due(first_left.due_ms);
  }

  engine& engine_;
  database& db_;
  connector_log& connector_;
  std::uint64_t epoch_;
  const fetch_request& what_;
  plan plan_;
  std::vector<candidate> candidates_;
  std::vector<loaded_delivery> loaded_;
  bool more_ = false;
  std::optional<std::uint64_t> scanned_to_;
  std::int64_t next_due_ms_ = 0;
};

}  // namespace

result<fetch_result, store_error> fetch_from_disk(engine& with, database& db,
                                                  connector_log& connector, std::uint64_t epoch,
                                                  const fetch_request& what) {
  return fetch{with, db, connector, epoch, what}.run();
}

result<std::vector<blocked_lane>, store_error> describe_lanes(database& db,
                                                              connector_log& connector,
                                                              std::vector<blocked_lane> lanes) {
  const auto taken = connector.taken_off_log();
  for (auto& lane : lanes) {
    if (lane.aside_count == 0) continue;
    std::optional<delivery_key> first = connector.first_held_aside(lane.lane);
    const auto prefix = park_prefix(connector.id(), lane.lane);
    const auto error = db.scan(family::park, prefix, after_prefix(prefix),
                               [&](std::string_view key, std::string_view value) {
                                 const auto at = park_position_from(key);
                                 const auto keys = decode_key_list(value);
                                 if (!at || !keys || (first && *first < at->first)) return false;
                                 for (const auto& parked : *keys) {
                                   if (taken.contains(parked)) continue;
                                   first = first ? std::min(*first, parked) : parked;
                                   break;
                                 }
                                 return true;
                               });
    if (!ok(error)) return failure(error);
    if (first) lane.first_aside = *first;
  }
  return lanes;
}

result<opened_connector, store_error> describe_opened(engine&, database& db,
                                                      connector_log& connector,
                                                      std::uint64_t epoch) {
  auto lanes = describe_lanes(db, connector, connector.blocked());
  if (!lanes) return failure(lanes.error());
  opened_connector out;
  out.epoch = epoch;
  out.blocked = std::move(*lanes);
  out.owner_state = connector.owner_state();
  out.backlog = connector.counts().backlog;
  out.next = connector.unsettled().second;
  if (connector.waiting() > 0) {
    const auto prefix = due_prefix(connector.id());
    const auto error =
        db.scan(family::due, prefix, after_prefix(prefix), [&](std::string_view key, auto) {
          if (const auto at = due_position_from(key)) out.next_due_ms = at->due_ms;
          return false;
        });
    if (!ok(error)) return failure(error);
  }
  return out;
}

result<page<blocked_lane>, store_error> list_lanes(const engine& with, database& db,
                                                   const lane_query& query) {
  page<blocked_lane> out;
  auto* connector = with.connectors.find(query.connector);
  if (!connector) return out;
  const auto after = lane_after(query);
  auto lanes = connector->blocked();
  std::erase_if(lanes, [&](const blocked_lane& lane) {
    return (after && lane.lane <= *after) || !is_asked_for(query, lane);
  });
  if (lanes.size() > query.page.limit) {
    lanes.resize(query.page.limit);
    out.next = std::to_string(lanes.back().lane);
  }
  auto described = describe_lanes(db, *connector, std::move(lanes));
  if (!described) return failure(described.error());
  out.items = std::move(*described);
  return out;
}

}  // namespace airtrain::embedded
