#include "store/embedded/changes.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/pending_events.hpp"

namespace airtrain::embedded {
namespace {

using from = loaded_delivery::from;
using whereabouts = connector_log::whereabouts;

// So many of the log are listed as open at once.
constexpr std::size_t listed_at_once = 256;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

/// A delivery that waits outside the owner's hands, as it is on disk.
struct found_delivery {
  loaded_delivery what;
  held_record record;  ///< of a held one, else only its lane
};

/// One operator's change, delivery by delivery in commit order.
class change {
 public:
  change(engine& with, database& db, const change_options& options)
      : engine_(with), db_(db), options_(options), now_ms_(with.now_ms()) {}

  result<operation_result, store_error> run(std::vector<dead_letter_id> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const auto& id : ids) asked_of_[id.connector].push_back(id.key);
    for (const auto& id : ids) {
      const auto why_not = change_one(id);
      // What was decided before it is decided: one that cannot be read must not hide the others.
      if (!why_not)
        out_.what.refused.push_back({id, std::string(to_string(why_not.error().code))});
      else if (*why_not)
        out_.what.refused.push_back({id, *why_not});
      else
        ++out_.what.done;
    }
    for (auto& [connector, to_tell] : touched_) {
      auto& changed = out_.what.changed.emplace_back();
      changed.connector = connector;
      for (const auto lane : to_tell.lanes) changed.lanes.emplace_back().lane = lane;
      changed.ended = std::move(to_tell.ended);
    }
    return std::move(out_);
  }

 private:
  struct touched {
    std::set<lane_id> lanes;
    std::vector<delivery_key> ended;
  };
  /// Why it can't be done, or null.
  using refusal = result<const char*, store_error>;

  refusal change_one(const dead_letter_id& id) {
    auto* connector = engine_.connectors.find(id.connector);
    if (!connector) return "not_found";
    auto where = connector->find(id.key);
    if (where == whereabouts::with_owner) return "in_flight";
    if (where == whereabouts::behind) {
      // One that a full backlog has refused, and that was replayed, is ahead of the connector.
      const auto held = load_held(db_, id.connector, {id.key});
      if (!held) return failure(held.error());
      if (held->front()) return change_off_log(*connector, id.key);
      // Whether it is one of this connector's at all is looked up only when it matters.
      if (const auto there = is_routed(*connector, id.key); !there || !*there)
        return there ? refusal{"not_found"} : failure(there.error());
      if (const auto* no = refusal_of_pending()) return no;
      if (options_.dry_run) return nullptr;
      const auto listed = list_up_to(*connector, id.key);
      if (!listed) return failure(listed.error());
      if (!*listed) return "too_far_behind";
      where = connector->find(id.key);
    }
    return where == whereabouts::off_log ? change_off_log(*connector, id.key)
                                         : change_in_log(*connector, id.key);
  }

  const char* refusal_of_pending() const {
    if (options_.what == delivery_change::retry) return "not_waiting";
    return options_.what == delivery_change::rerender ? "not_attempted" : nullptr;
  }

  result<bool, store_error> is_routed(const connector_log& connector, delivery_key key) {
    if (key.part != 0 || key.seq >= engine_.index.head()) return false;
    const auto run = events_after(engine_, db_, connector.id(), key.seq, 1);
    if (!run) return failure(run.error());
    return !run->seqs.empty() && run->seqs.front() == key.seq;
  }

  /// False: no room for what lies before it.
  result<bool, store_error> list_up_to(connector_log& connector, delivery_key key) {
    while (connector.find(key) == whereabouts::behind) {
      log_index::run run;
      if (const auto next = connector.next_in_log()) {
        auto read = events_after(engine_, db_, connector.id(), *next, listed_at_once);
        if (!read) return failure(read.error());
        run = std::move(*read);
      }
      if (!connector.list_as_open(run.seqs, run.scanned_to)) return false;
    }
    return true;
  }

  refusal change_in_log(connector_log& connector, delivery_key key) {
    if (const auto* no = refusal_of_pending()) return no;
    if (options_.dry_run) return nullptr;
    auto event = load_events(engine_, db_, connector.id(), {key});
    if (!event) return failure(event.error());
    found_delivery found;
    found.what.what.key = key;
    found.what.what.event = std::move(event->front().what);
    found.what.what.lane = event->front().lane;
    return decide(connector, std::move(found));
  }

  refusal change_off_log(connector_log& connector, delivery_key key) {
    auto found = find_off_log(connector, key);
    if (!found) return failure(found.error());
    if (!*found) return "not_found";
    auto& one = **found;
    if (options_.what == delivery_change::retry && one.what.place != from::due)
      return "not_waiting";
    if (options_.what == delivery_change::rerender) return rerender(connector, one);
    if (options_.dry_run) return nullptr;
    return decide(connector, std::move(one));
  }

  /// Only the record changes: the delivery stays where it is.
  refusal rerender(connector_log& connector, found_delivery& one) {
    const bool attempted =
        one.record.history.attempts > 0 && (one.record.rendered || options_.new_key);
    if (!attempted) return "not_attempted";
    if (options_.dry_run) return nullptr;
    one.record.rendered = nullptr;
    if (options_.new_key) ++one.record.history.key_generation;
    out_.rows.push_back(
        {family::held, held_key(connector.id(), one.what.what.key), encode(one.record)});
    connector.rendered_anew(one.what.what.key, one.what.due_ms);
    return nullptr;
  }

  result<std::optional<found_delivery>, store_error> find_off_log(const connector_log& connector,
                                                                  delivery_key key) {
    found_delivery found;
    found.what.what.key = key;
    auto held = load_held(db_, connector.id(), {key});
    if (!held) return failure(held.error());
    if (auto& record = held->front()) {
      if (ended(record->state)) return std::optional<found_delivery>{};
      found.record = std::move(*record);
      found.what.place = found.record.state == held_state::retry ? from::due : from::aside;
      found.what.due_ms = found.record.due_ms;
    } else {
      const auto parked = find_parked(connector, key);
      if (!parked) return failure(parked.error());
      if (!*parked) return std::optional<found_delivery>{};
      found.what.place = from::parked;
      found.what.parked_row = (*parked)->first;
      found.record.lane = (*parked)->lane;
    }
    auto event = load_events(engine_, db_, connector.id(), {key});
    if (!event) return failure(event.error());
    found.what.what.event = std::move(event->front().what);
    found.what.what.lane = found.record.lane;
    found.what.what.history = found.record.history;
    found.what.what.rendered = found.record.rendered;
    return std::optional<found_delivery>{std::move(found)};
  }

  /// Where those of the connector that are asked for are parked: one scan for all of them.
  store_error look_for_parked(connector_id connector) {
    if (!looked_through_.insert(connector).second) return {};
    const auto& asked = asked_of_[connector];  // ascending, as all ids are
    bool damaged = false;
    const auto prefix = cursor_key(connector);
    const auto error = db_.scan(family::park, prefix, after_prefix(prefix),
                                [&](std::string_view row, std::string_view value) {
                                  const auto at = park_position_from(row);
                                  const auto keys = decode_key_list(value);
                                  damaged |= !at || !keys;
                                  if (damaged) return false;
                                  for (const auto& key : *keys)
                                    if (std::binary_search(asked.begin(), asked.end(), key))
                                      parked_[{connector, key}] = *at;
                                  return true;
                                });
    if (!ok(error)) return error;
    return damaged ? store_error{store_error_code::damaged, "park: a damaged row"} : store_error{};
  }

  result<std::optional<park_position>, store_error> find_parked(const connector_log& connector,
                                                                delivery_key key) {
    if (auto error = look_for_parked(connector.id()); !ok(error)) return failure(std::move(error));
    const auto found = parked_.find({connector.id(), key});
    return found == parked_.end() ? std::nullopt : std::optional{found->second};
  }

  settlement settlement_of(const found_delivery& one) const {
    settlement decided;
    decided.key = one.what.what.key;
    decided.lane = one.what.what.lane;
    decided.history = one.what.what.history;
    decided.rendered = one.what.what.rendered;
    decided.scope = one.record.scope;
    decided.attempt = one.record.last;
    decided.counted = false;
    switch (options_.what) {
      case delivery_change::retry:
        decided.what = settlement::kind::retry;
        decided.why = one.record.why;
        decided.due_ms = now_ms_;
        break;
      case delivery_change::dead_letter:
        decided.what = settlement::kind::dead;
        decided.why = reason::dead_lettered_by_operator;
        break;
      case delivery_change::discard:
      case delivery_change::rerender:
        decided.what = settlement::kind::discarded;
        decided.why = reason::discarded_by_operator;
        break;
    }
    return decided;
  }

  refusal decide(connector_log& connector, found_delivery one) {
    const auto key = one.what.what.key;
    const auto lane = one.what.what.lane;
    const auto place = one.what.place;
    auto decided = settlement_of(one);
    if (!connector.decide(std::move(one.what), std::move(decided), now_ms_)) return "in_flight";
    auto& to_tell = touched_[connector.id()];
    if (lane == no_lane || place == from::log) return nullptr;
    to_tell.lanes.insert(lane);
    if (place == from::due && options_.what != delivery_change::retry) to_tell.ended.push_back(key);
    return nullptr;
  }

  engine& engine_;
  database& db_;
  const change_options& options_;
  const std::int64_t now_ms_;
  operation_result out_;
  std::map<connector_id, touched> touched_;
  std::map<connector_id, std::vector<delivery_key>> asked_of_;
  std::set<connector_id> looked_through_;
  std::map<dead_letter_id, park_position> parked_;
};

}  // namespace

result<operation_result, store_error> change_deliveries(engine& with, database& db,
                                                        std::vector<dead_letter_id> ids,
                                                        const change_options& options) {
  return change{with, db, options}.run(std::move(ids));
}

}  // namespace airtrain::embedded
