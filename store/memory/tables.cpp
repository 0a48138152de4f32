#include "store/memory/tables.hpp"

#include <algorithm>

#include "messages/invariant.hpp"
#include "store/full_backlogs.hpp"

namespace airtrain::memory {
namespace {

constexpr std::size_t index_of(place where) {
  return static_cast<std::size_t>(where);
}

constexpr bool off_the_log(place where) {
  return where == place::waiting || where == place::aside || where == place::dead ||
         where == place::expired;
}

constexpr bool unended(place where) {
  return where == place::log || where == place::waiting || where == place::aside;
}

/// The one way a delivery changes its place: keeps all indexes true. `due_ms` is for waiting.
void move(connector_rows& connector, const delivery_key& key, delivery_row& row, place to,
          std::int64_t due_ms = 0) {
  connector.at[index_of(row.where)].erase(key);
  if (row.where == place::waiting) connector.by_due.erase({row.due_ms, key});
  if (off_the_log(row.where) && row.lane != no_lane) connector.off_log[row.lane].erase(key);

  if (unended(row.where)) connector.backlog_bytes -= row.bytes;
  if (unended(to)) connector.backlog_bytes += row.bytes;
  row.where = to;
  row.due_ms = due_ms;
  connector.at[index_of(to)].insert(key);
  if (to == place::waiting) connector.by_due.insert({row.due_ms, key});
  if (row.lane == no_lane) return;
  if (off_the_log(to)) connector.off_log[row.lane].insert(key);
  if (auto lane = connector.off_log.find(row.lane);
      lane != connector.off_log.end() && lane->second.empty())
    connector.off_log.erase(lane);
}

place place_after(const settlement& decided, place before) {
  switch (decided.what) {
    case settlement::kind::delivered:
      return place::delivered;
    case settlement::kind::dead:
      return place::dead;
    case settlement::kind::expired:
      return place::expired;
    case settlement::kind::discarded:
      return place::discarded;
    case settlement::kind::retry:
      return place::waiting;
    case settlement::kind::aside:
      return place::aside;
    case settlement::kind::give_back:
      return before;
  }
  AIRTRAIN_INVARIANT(false);
  return before;
}

/// The target has seen it, or may have: some attempt ended without an answer that says no.
bool may_have_taken_effect(const delivery_row& row) {
  return row.where == place::delivered || row.last.unknown_effect ||
         std::any_of(row.attempts.begin(), row.attempts.end(), [](const attempt_record& attempt) {
           return attempt.outcome == answer_class::retry;
         });
}

void remember_effect(connector_rows& connector, const delivery_key& key, const delivery_row& row) {
  if (row.lane == no_lane || !may_have_taken_effect(row)) return;
  auto& newest = connector.newest_effect[row.lane];
  newest = std::max(newest, key);
}

bool would_reorder(const connector_rows& connector, const delivery_key& key, lane_id lane) {
  const auto newest = connector.newest_effect.find(lane);
  return lane != no_lane && newest != connector.newest_effect.end() && newest->second > key;
}

/// One of its lane is still in the log and comes before it.
bool earlier_pending(const connector_rows& connector, const delivery_key& key, lane_id lane) {
  const auto& in_log = connector.at[index_of(place::log)];
  return lane != no_lane &&
         std::any_of(in_log.begin(), in_log.lower_bound(key),
                     [&](const auto& k) { return connector.rows.at(k).lane == lane; });
}

/// A kept dead letter (dead or expired), or null.
delivery_row* dead_letter_row(tables& all, const dead_letter_id& id) {
  const auto connector = all.connectors.find(id.connector);
  if (connector == all.connectors.end()) return nullptr;
  const auto row = connector->second.rows.find(id.key);
  if (row == connector->second.rows.end()) return nullptr;
  const bool kept = row->second.where == place::dead || row->second.where == place::expired;
  return kept ? &row->second : nullptr;
}

}  // namespace

std::uint64_t connector_rows::backlog() const {
  return at[index_of(place::log)].size() + at[index_of(place::waiting)].size() +
         at[index_of(place::aside)].size();
}

std::uint64_t connector_rows::dead_letters() const {
  return at[index_of(place::dead)].size() + at[index_of(place::expired)].size();
}

connector_id tables::connector(std::string_view name) {
  for (const auto& [id, rows] : connectors)
    if (rows.name == name) return id;
  const auto id = static_cast<connector_id>(connectors.size() + 1);
  connectors[id].name = name;
  return id;
}

std::vector<published_event> tables::judge(const publish_request& request) const {
  std::vector<published_event> judged;
  std::map<std::pair<std::string, std::string>, std::pair<std::uint64_t, std::uint64_t>> in_request;
  auto seq = next_seq;
  bool conflict = false;
  for (const auto& item : request.items) {
    const event& what = *item.what;
    const std::pair id{std::string{what.id()}, std::string{what.source()}};
    const auto known = by_id.find(id);
    const auto [own, is_new] = in_request.try_emplace(id, seq, what.content_hash());
    published_event verdict{publish_status::accepted, seq};
    if (known != by_id.end()) {
      const auto hash = log.at(known->second).event->content_hash();
      verdict = {hash == what.content_hash() ? publish_status::duplicate : publish_status::conflict,
                 known->second};
    } else if (!is_new) {
      const auto [first_seq, hash] = own->second;
      verdict = {hash == what.content_hash() ? publish_status::duplicate : publish_status::conflict,
                 first_seq};
    } else {
      ++seq;
    }
    conflict |= verdict.status == publish_status::conflict;
    judged.push_back(verdict);
  }
  if (conflict) refuse_request(judged);
  return judged;
}

void tables::append(const publish_request& request, const std::vector<published_event>& judged,
                    std::int64_t now_ms) {
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].status != publish_status::accepted) continue;
    const auto& item = request.items[i];
    const auto seq = judged[i].seq;
    AIRTRAIN_INVARIANT(seq >= next_seq);
    next_seq = seq + 1;
    log[seq] = {item.what, item.routes};
    by_id[{std::string{item.what->id()}, std::string{item.what->source()}}] = seq;
    for (const auto& to : item.routes) {
      auto& target = connectors.at(to.connector);
      const delivery_key key{seq, 0};
      auto& row = target.rows[key];
      row.lane = to.lane;
      row.bytes = item.what->bytes().size();
      target.at[index_of(place::log)].insert(key);
      target.backlog_bytes += row.bytes;
      if (!to.refused) continue;
      row.last.what = settlement::kind::dead;
      row.last.why = reason::backlog_full;
      row.ended_at_ms = now_ms;
      move(target, key, row, place::dead);
    }
  }
}

void tables::settle(connector_id id, const settlement& decided, std::int64_t now_ms) {
  auto& connector = connectors.at(id);
  auto& row = connector.rows.at(decided.key);
  if (decided.what == settlement::kind::give_back) return;
  AIRTRAIN_INVARIANT(decided.what != settlement::kind::aside || row.lane != no_lane);

  const auto from = row.where;
  const auto to = place_after(decided, from);
  AIRTRAIN_INVARIANT(unended(from));
  connector.next = std::max(connector.next, decided.key.seq + 1);
  row.history = decided.history;
  if (decided.rendered) row.rendered = decided.rendered;
  if (decided.counted) row.attempts.push_back(decided.attempt);
  row.last = decided;
  row.ended_at_ms = now_ms;
  move(connector, decided.key, row, to, decided.due_ms);
  if (to != place::waiting && to != place::aside) remember_effect(connector, decided.key, row);
}

bulk_result tables::replay(std::vector<dead_letter_id> ids, replay_options options,
                           std::int64_t now_ms, touched_lanes& touched) {
  bulk_result result;
  std::sort(ids.begin(), ids.end());
  for (const auto& id : ids) {
    auto* const row = dead_letter_row(*this, id);
    if (!row) {
      result.refused.push_back({id, "not_found"});
      continue;
    }
    auto& connector = connectors.at(id.connector);
    if (!options.allow_reorder && would_reorder(connector, id.key, row->lane)) {
      result.refused.push_back({id, "would_reorder"});
      continue;
    }
    if (row->last.why == reason::backlog_full && earlier_pending(connector, id.key, row->lane)) {
      result.refused.push_back({id, "earlier_pending"});
      continue;
    }
    ++result.done;
    if (options.dry_run) continue;
    row->history.event_scope_failures = 0;
    row->history.first_event_failure_reachable_ms = -1;
    row->history.lift_deadline = true;
    if (options.new_key) ++row->history.key_generation;
    // Its owner fetches it by its lane where it has one, else as due at once.
    row->last.scope = failure_scope::event;
    move(connector, id.key, *row, row->lane == no_lane ? place::waiting : place::aside, now_ms);
    auto& lanes = touched[id.connector];
    if (row->lane != no_lane) lanes.insert(row->lane);
  }
  return result;
}

bulk_result tables::discard(const std::vector<dead_letter_id>& ids, std::int64_t now_ms,
                            touched_lanes& touched) {
  bulk_result result;
  for (const auto& id : ids) {
    auto* const row = dead_letter_row(*this, id);
    if (!row) {
      result.refused.push_back({id, "not_found"});
      continue;
    }
    if (row->last.stops_lane) touched[id.connector].insert(row->lane);
    row->last.why = reason::discarded_by_operator;
    row->ended_at_ms = now_ms;
    move(connectors.at(id.connector), id.key, *row, place::discarded);
    ++result.done;
  }
  return result;
}

blocked_lane lane_as_it_is(const connector_rows& connector, lane_id lane,
                           const std::set<delivery_key>& taken) {
  blocked_lane result;
  result.lane = lane;
  const auto found = connector.off_log.find(lane);
  if (found == connector.off_log.end()) return result;
  for (const auto& key : found->second) {
    const auto& row = connector.rows.at(key);
    const bool stops =
        (row.where == place::dead || row.where == place::expired) && row.last.stops_lane;
    if (stops && !result.stopped) {
      result.stopped = true;
      result.stopped_by = key;
    }
    if (taken.contains(key)) continue;
    if (row.where == place::aside && result.aside_count++ == 0) result.first_aside = key;
    if (row.where == place::waiting) result.waiting.push_back(key);
  }
  return result;
}

}  // namespace airtrain::memory
