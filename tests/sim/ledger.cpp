#include "tests/sim/ledger.hpp"

#include <algorithm>
#include <utility>

namespace airtrain::sim {

ledger::ledger(std::map<connector_id, dispatch_options> connectors) {
  for (auto& [id, options] : connectors) accounts_[id].options = options;
}

// --- Producers.

void ledger::submitted(const publish_item& item) {
  submissions_.try_emplace(std::string{item.what->id()}, submission{item});
}

void ledger::answered(std::string_view event, const published_event& what) {
  auto& known = submissions_.find(event)->second;
  demand(what.status == publish_status::accepted || what.status == publish_status::duplicate,
         "event {} was answered with status {}", event, static_cast<int>(what.status));
  if (known.acknowledged)
    demand(what.status == publish_status::duplicate && what.seq == known.seq,
           "event {} was accepted twice, as {} and {}", event, known.seq, what.seq);
  known.acknowledged = true;
  known.seq = what.seq;
  for (const auto& to : known.item.routes)
    acknowledge(to.connector, know(to.connector, {what.seq, 0}, known));
  for (const auto id : what.full) {
    demand(accounts_.at(id).limit.then == when_full::dead_letter,
           "event {} became a dead letter of connector {}, which never wanted that", event, id);
    stand(id, {what.seq, 0}, record_of(id, {what.seq, 0}), standing::dead);
  }
}

ledger::record& ledger::know(connector_id connector, const delivery_key& key,
                             const submission& from) {
  auto& owner = accounts_.at(connector);
  const auto [at, is_new] = owner.records.try_emplace(key);
  if (!is_new) return at->second;
  const auto to = std::find_if(from.item.routes.begin(), from.item.routes.end(),
                               [&](const route& r) { return r.connector == connector; });
  demand(to != from.item.routes.end(), "event {} went to connector {}, which never wanted it",
         from.item.what->id(), connector);
  at->second.event = from.item.what->id();
  at->second.lane = to->lane;
  at->second.stands = standing::ended;
  stand(connector, key, at->second, standing::open);
  return at->second;
}

ledger::record& ledger::record_of(connector_id connector, const delivery_key& key) {
  auto& records = accounts_.at(connector).records;
  const auto at = records.find(key);
  demand(at != records.end(), "nobody knows delivery {} of connector {}", text(key), connector);
  return at->second;
}

void ledger::acknowledge(connector_id connector, record& one) {
  if (one.acknowledged) return;
  one.acknowledged = true;
  if (one.stands != standing::ended) ++accounts_.at(connector).acknowledged_left;
}

void ledger::stand(connector_id connector, const delivery_key& key, record& one, standing where) {
  auto& owner = accounts_.at(connector);
  if (one.acknowledged && one.stands == standing::ended) ++owner.acknowledged_left;
  one.stands = where;
  if (one.acknowledged && where == standing::ended) --owner.acknowledged_left;
  if (one.lane == no_lane) return;
  if (where == standing::open || where == standing::stopping)
    owner.blocking[one.lane].insert(key);
  else
    owner.blocking[one.lane].erase(key);
}

bool ledger::stops_lanes(const account& of, const record& one) const {
  return of.options.ordered && one.lane != no_lane &&
         of.options.dead_letter == on_dead_letter::stop;
}

// --- Owners.

void ledger::owner_gone(connector_id connector) {
  auto& owner = accounts_.at(connector);
  for (auto& [key, one] : owner.records)
    one.taken = one.in_flight = one.delivered = one.sent = false;
  owner.busy.clear();
  owner.in_flight = owner.in_window = 0;
  // It may not have come to keep what it knew of the clock.
  owner.clock_set_by = milliseconds{0};
  owner.waiting_bytes = any;
}

void ledger::taken(connector_id connector, const std::vector<delivery>& deliveries) {
  auto& owner = accounts_.at(connector);
  for (const auto& what : deliveries) {
    const auto from = submissions_.find(what.event->id());
    demand(from != submissions_.end(), "the store gave out event {}, which nobody submitted",
           what.event->id());
    auto& one = know(connector, what.key, from->second);
    demand(!one.taken, "the store gave out delivery {} of connector {} twice", text(what.key),
           connector);
    demand(one.stands == standing::open, "the store gave out delivery {} of connector {} again",
           text(what.key), connector);
    one.taken = true;
    ++owner.in_window;
  }
  demand(owner.in_window <= owner.options.window, "connector {} holds {} deliveries", connector,
         owner.in_window);
}

void ledger::sent(connector_id connector, const attempt_order& order) {
  auto& owner = accounts_.at(connector);
  const auto& what = order.what;
  const auto from = submissions_.find(what.event->id());
  demand(from != submissions_.end() && from->second.item.what->bytes() == what.event->bytes(),
         "event {} was sent and never submitted so", what.event->id());
  auto& one = record_of(connector, what.key);
  demand(one.event == what.event->id(), "delivery {} was sent with event {} instead of {}",
         text(what.key), what.event->id(), one.event);
  demand(one.taken, "delivery {} of connector {} was sent and not taken", text(what.key),
         connector);
  demand(!one.in_flight, "delivery {} of connector {} is in flight twice", text(what.key),
         connector);
  demand(one.stands == standing::open, "delivery {} of connector {} was sent after its end",
         text(what.key), connector);
  demand_lane_order(owner, what.key, one);
  if (one.frozen)
    demand(what.rendered && what.rendered->body == one.frozen->body,
           "delivery {} of connector {} was sent with another body than at first", text(what.key),
           connector);
  one.in_flight = one.sent = true;
  one.delivered = false;
  if (one.lane != no_lane) owner.busy.insert(one.lane);
  ++owner.in_flight;
  demand(owner.in_flight <= owner.options.concurrency, "connector {} has {} in flight", connector,
         owner.in_flight);
}

void ledger::demand_lane_order(const account& of, const delivery_key& key,
                               const record& one) const {
  if (one.lane == no_lane) return;
  demand(!of.busy.contains(one.lane), "a second delivery, {}, of lane {} was sent", text(key),
         one.lane);
  const bool stops = stops_lanes(of, one);
  for (const auto& earlier : of.blocking.at(one.lane)) {
    if (earlier >= key) return;
    const auto& first = of.records.at(earlier);
    demand(first.may_be_late && !stops, "delivery {} of lane {} was sent before {} had ended",
           text(key), one.lane, text(earlier));
  }
}

void ledger::reached(connector_id connector, const delivery_key& key) {
  record_of(connector, key).reached = true;
}

void ledger::judged(connector_id connector, const attempt_outcome& outcome) {
  auto& owner = accounts_.at(connector);
  auto& one = record_of(connector, outcome.key);
  one.in_flight = false;
  one.delivered = outcome.result.outcome == answer_class::delivered;
  owner.busy.erase(one.lane);
  --owner.in_flight;
}

void ledger::settled(connector_id connector, const settlement& decided, std::int64_t wall_ms) {
  auto& owner = accounts_.at(connector);
  auto& one = record_of(connector, decided.key);
  const auto key = text(decided.key);
  demand(one.taken, "delivery {} of connector {} was settled and not taken", key, connector);
  demand(!one.in_flight, "delivery {} of connector {} was settled in flight", key, connector);
  one.taken = false;
  const bool sent = std::exchange(one.sent, false);
  --owner.in_window;
  if (decided.counted && decided.rendered) one.frozen = decided.rendered;
  switch (decided.what) {
    case settlement::kind::delivered:
      demand(one.delivered, "delivery {} of connector {} ended and no one had it", key, connector);
      return stand(connector, decided.key, one, standing::ended);
    case settlement::kind::dead:
    case settlement::kind::expired:
      demand(!one.delivered, "delivery {} of connector {} was delivered and died", key, connector);
      demand(decided.stops_lane == stops_lanes(owner, one),
             "the death of delivery {} of connector {} forgets its lane", key, connector);
      if (decided.what == settlement::kind::expired)
        demand_may_expire(owner, one, decided, wall_ms);
      return stand(connector, decided.key, one,
                   decided.stops_lane ? standing::stopping : standing::dead);
    case settlement::kind::discarded:
      demand_superseded(owner, one, decided, sent);
      one.superseded = true;
      return stand(connector, decided.key, one, standing::ended);
    case settlement::kind::retry:
    case settlement::kind::aside:
    case settlement::kind::give_back:
      demand(!one.delivered, "delivery {} of connector {} was delivered and goes on", key,
             connector);
      return;
  }
}

// --- Operators.

void ledger::replay_asked(const std::vector<dead_letter_id>& ids) {
  for (const auto& id : ids) {
    auto& one = record_of(id.connector, id.key);
    accounts_.at(id.connector).waiting_bytes = any;
    one.may_be_late = one.replayed = true;
  }
}

void ledger::replayed(const dead_letter_id& id) {
  accounts_.at(id.connector).waiting_bytes = any;
  stand(id.connector, id.key, record_of(id.connector, id.key), standing::open);
}

void ledger::discard_asked(const std::vector<dead_letter_id>& ids) {
  for (const auto& id : ids) record_of(id.connector, id.key).discard_asked = true;
}

void ledger::discarded(const dead_letter_id& id) {
  stand(id.connector, id.key, record_of(id.connector, id.key), standing::ended);
}

// --- What the store says.

void ledger::read_again(std::string_view event, const std::vector<event_detail>& found) {
  const auto& known = submissions_.find(event)->second;
  demand(found.size() <= 1, "event {} is there {} times", event, found.size());
  demand(!known.acknowledged || found.size() == 1, "event {} was acknowledged and is gone", event);
  if (found.empty()) return;
  demand(found[0].deliveries.size() == known.item.routes.size(),
         "event {} has lost or won deliveries", event);
  for (const auto& detail : found[0].deliveries) {
    auto& one = know(detail.connector, detail.key, known);
    auto& owner = accounts_.at(detail.connector);
    one.frozen = nullptr;  // The record of it may be lost.
    switch (detail.state) {
      case delivery_state::delivered:
        demand(one.reached, "delivery {} of connector {} is said to have been delivered",
               text(detail.key), detail.connector);
        stand(detail.connector, detail.key, one, standing::ended);
        break;
      case delivery_state::discarded:
        demand(one.discard_asked || one.superseded,
               "delivery {} of connector {} was thrown away by nobody", text(detail.key),
               detail.connector);
        stand(detail.connector, detail.key, one, standing::ended);
        break;
      case delivery_state::dead:
      case delivery_state::expired:
        stand(detail.connector, detail.key, one,
              stops_lanes(owner, one) ? standing::stopping : standing::dead);
        break;
      case delivery_state::pending:
      case delivery_state::waiting:
      case delivery_state::in_flight:
      case delivery_state::orphaned:
        stand(detail.connector, detail.key, one, standing::open);
        break;
    }
  }
}

void ledger::compare(const connector_counts& counts) const {
  const auto left = accounts_.at(counts.id).acknowledged_left;
  demand(counts.backlog + counts.dead_letters >= left,
         "connector {} holds {} deliveries and {} dead letters where {} are due", counts.id,
         counts.backlog, counts.dead_letters, left);
}

void ledger::demand_all_ended() const {
  for (const auto& [id, owner] : accounts_) {
    for (const auto& [key, one] : owner.records)
      demand(one.stands == standing::ended && (one.reached || one.discard_asked || one.superseded),
             "delivery {} of connector {}, lane {}, never ended", text(key), id, one.lane);
    demand(owner.in_window == 0 && owner.in_flight == 0, "connector {} still holds something", id);
  }
  for (const auto& [event, known] : submissions_)
    demand(known.acknowledged, "event {} was never taken", event);
}

std::vector<std::string> ledger::events() const {
  std::vector<std::string> all;
  for (const auto& [event, known] : submissions_) all.push_back(event);
  return all;
}

std::size_t ledger::in_flight(connector_id connector) const {
  return accounts_.at(connector).in_flight;
}

std::size_t ledger::in_window(connector_id connector) const {
  return accounts_.at(connector).in_window;
}

std::size_t ledger::ended() const {
  std::size_t count = 0;
  for (const auto& [id, owner] : accounts_)
    for (const auto& [key, one] : owner.records) count += one.stands == standing::ended ? 1 : 0;
  return count;
}

}  // namespace airtrain::sim
