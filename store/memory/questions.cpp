#include "store/memory/questions.hpp"

#include <algorithm>
#include <charconv>

namespace airtrain::memory {
namespace {

std::string cursor(std::uint64_t position) {
  return std::to_string(position);
}
std::string cursor(const dead_letter_id& position) {
  return to_string(position);
}
void read_cursor(const std::string& text, std::uint64_t& position) {
  std::from_chars(text.data(), text.data() + text.size(), position);
}
void read_cursor(const std::string& text, dead_letter_id& position) {
  position = dead_letter_id_from(text).value_or(dead_letter_id{});
}

/// Fills one page. A position says where an item stands in the list, whatever comes or goes around
/// it; none is the zero position.
template <class Position>
class pager {
 public:
  explicit pager(const page_request& request) : limit_(std::max(1u, request.limit)) {
    read_cursor(request.after, after_);
  }
  /// Offers the next match; false: the page is full, stop.
  template <class T, class Make>
  bool offer(const Position& position, page<T>& into, Make make) {
    if (position <= after_) return true;
    if (into.items.size() == limit_) {
      into.next = cursor(last_);
      return false;
    }
    last_ = position;
    into.items.push_back(make());
    return true;
  }

 private:
  std::size_t limit_;
  Position after_{};
  Position last_{};
};

bool within(std::int64_t at_ms, std::int64_t since_ms, std::int64_t until_ms) {
  return (since_ms == 0 || at_ms >= since_ms) && (until_ms == 0 || at_ms < until_ms);
}

delivery_state state_of(const view& from, connector_id connector, const delivery_key& key,
                        const delivery_row& row) {
  switch (row.where) {
    case place::delivered:
      return delivery_state::delivered;
    case place::dead:
      return delivery_state::dead;
    case place::expired:
      return delivery_state::expired;
    case place::discarded:
      return delivery_state::discarded;
    case place::log:
    case place::waiting:
    case place::aside:
      break;
  }
  if (!from.opened(connector)) return delivery_state::orphaned;
  if (from.taken(connector, key)) return delivery_state::in_flight;
  return row.where == place::log ? delivery_state::pending : delivery_state::waiting;
}

reason reason_of(const view& from, connector_id id, const delivery_key& key,
                 const delivery_row& row) {
  if (row.lane == no_lane || ended(state_of(from, id, key, row))) return row.last.why;
  const auto lane = lane_as_it_is(from.all.connectors.at(id), row.lane, {});
  return lane.stopped && lane.stopped_by < key ? reason::lane_stopped : row.last.why;
}

delivery_detail detail_of(const view& from, connector_id id, const delivery_key& key,
                          const delivery_row& row) {
  return {.connector = id,
          .connector_name = from.all.connectors.at(id).name,
          .key = key,
          .lane = row.lane,
          .state = state_of(from, id, key, row),
          .why = reason_of(from, id, key, row),
          .history = row.history,
          .attempts = row.attempts,
          .next_attempt_ms = row.where == place::waiting ? row.due_ms : 0};
}

dead_letter letter_of(const view& from, const dead_letter_id& id, const delivery_row& row) {
  return {.id = id,
          .connector_name = from.all.connectors.at(id.connector).name,
          .event = from.all.log.at(id.key.seq).event,
          .state = state_of(from, id.connector, id.key, row),
          .lane = row.lane,
          .stops_lane = row.last.stops_lane,
          .why = row.last.why,
          .limit = row.last.limit,
          .group = row.last.group,
          .history = row.history,
          .last = row.last.attempt,
          .rendered = row.rendered};
}

bool matches(const dead_letter_query& query, const dead_letter& letter, std::int64_t ended_at_ms) {
  return letter.state == query.state.value_or(delivery_state::dead) &&
         (query.type.empty() || letter.event->type() == query.type) &&
         (!query.why || letter.why == *query.why) &&
         (!query.group || letter.group == *query.group) &&
         within(ended_at_ms, query.since_ms, query.until_ms);
}

/// Calls `visit(id, row)` for all deliveries, in order, until it says false.
template <class Visit>
void each_delivery(const view& from, const std::optional<connector_id>& only, Visit visit) {
  for (const auto& [id, connector] : from.all.connectors) {
    if (only && *only != id) continue;
    for (const auto& [key, row] : connector.rows)
      if (!visit(dead_letter_id{id, key}, row)) return;
  }
}

}  // namespace

connector_counts count(const view& from, connector_id id) {
  const auto& connector = from.all.connectors.at(id);
  connector_counts counts{.id = id,
                          .name = connector.name,
                          .opened = from.opened(id),
                          .backlog = connector.backlog(),
                          .backlog_bytes = connector.backlog_bytes,
                          .dead_letters = connector.dead_letters()};
  for (const auto& [lane, keys] : connector.off_log)
    counts.lanes_stopped += lane_as_it_is(connector, lane, {}).stopped ? 1 : 0;
  for (const auto where : {place::log, place::waiting, place::aside}) {
    const auto& keys = connector.at[static_cast<std::size_t>(where)];
    if (keys.empty()) continue;
    const auto accepted = from.all.log.at(keys.begin()->seq).event->accepted_at_ms();
    if (counts.oldest_accepted_ms == 0 || accepted < counts.oldest_accepted_ms)
      counts.oldest_accepted_ms = accepted;
  }
  return counts;
}

std::vector<event_detail> details(const view& from, const std::string& id,
                                  const std::optional<std::string>& source) {
  std::vector<event_detail> found;
  for (auto at = from.all.by_id.lower_bound({id, ""});
       at != from.all.by_id.end() && at->first.first == id; ++at) {
    if (source && at->first.second != *source) continue;
    const auto& logged = from.all.log.at(at->second);
    event_detail detail{.seq = at->second, .event = logged.event, .deliveries = {}};
    for (const auto& to : logged.routes) {
      const delivery_key key{at->second, 0};
      const auto& row = from.all.connectors.at(to.connector).rows.at(key);
      detail.deliveries.push_back(detail_of(from, to.connector, key, row));
    }
    found.push_back(std::move(detail));
  }
  return found;
}

page<event_summary> list(const view& from, const event_query& query) {
  page<event_summary> result;
  pager<std::uint64_t> pages{query.page};
  for (const auto& [seq, logged] : from.all.log) {
    const event& what = *logged.event;
    if (!query.type.empty() && what.type() != query.type) continue;
    if (!within(what.accepted_at_ms(), query.since_ms, query.until_ms)) continue;
    const bool room = pages.offer(seq, result, [&, seq = seq, &logged = logged] {
      return event_summary{seq, logged.event, static_cast<std::uint32_t>(logged.routes.size())};
    });
    if (!room) break;
  }
  return result;
}

page<delivery_summary> list(const view& from, const delivery_query& query) {
  page<delivery_summary> result;
  pager<dead_letter_id> pages{query.page};
  each_delivery(from, query.connector, [&](const dead_letter_id& id, const delivery_row& row) {
    const auto state = state_of(from, id.connector, id.key, row);
    if (ended(state) || (query.state && *query.state != state)) return true;
    return pages.offer(id, result, [&] {
      return delivery_summary{from.all.log.at(id.key.seq).event,
                              detail_of(from, id.connector, id.key, row)};
    });
  });
  return result;
}

page<dead_letter> list(const view& from, const dead_letter_query& query) {
  page<dead_letter> result;
  pager<dead_letter_id> pages{query.page};
  each_delivery(from, query.connector, [&](const dead_letter_id& id, const delivery_row& row) {
    if (row.where != place::dead && row.where != place::expired) return true;
    auto letter = letter_of(from, id, row);
    if (!matches(query, letter, row.ended_at_ms)) return true;
    return pages.offer(id, result, [&] { return std::move(letter); });
  });
  return result;
}

page<audit_record> list(const view& from, const audit_query& query) {
  page<audit_record> result;
  pager<std::uint64_t> pages{query.page};
  for (std::size_t i = 0; i < from.all.audit.size(); ++i)
    if (!pages.offer(i + 1, result, [&] { return from.all.audit[i]; })) break;
  return result;
}

std::optional<dead_letter> find(const view& from, const dead_letter_id& id) {
  const auto connector = from.all.connectors.find(id.connector);
  if (connector == from.all.connectors.end()) return std::nullopt;
  const auto row = connector->second.rows.find(id.key);
  if (row == connector->second.rows.end()) return std::nullopt;
  if (row->second.where != place::dead && row->second.where != place::expired) return std::nullopt;
  return letter_of(from, id, row->second);
}

page<blocked_lane> list(const view& from, const lane_query& query,
                        const std::set<delivery_key>& taken) {
  page<blocked_lane> out;
  const auto connector = from.all.connectors.find(query.connector);
  if (connector == from.all.connectors.end()) return out;
  const auto after = lane_after(query);
  for (const auto& [lane, keys] : connector->second.off_log) {
    if (after && lane <= *after) continue;
    const auto now = lane_as_it_is(connector->second, lane, taken);
    if (!is_asked_for(query, now)) continue;
    if (out.items.size() == query.page.limit) {
      out.next = std::to_string(out.items.back().lane);
      break;
    }
    out.items.push_back(now);
  }
  return out;
}

}  // namespace airtrain::memory
