#include <algorithm>
#include <limits>

#include "messages/invariant.hpp"
#include "store/embedded/bytes.hpp"
#include "store/embedded/connector_log.hpp"
#include "store/embedded/keys.hpp"

// What becomes of a delivery that its owner, or an operator, has decided about.

namespace airtrain::embedded {

using from = loaded_delivery::from;

void connector_log::settle(std::uint64_t epoch, std::vector<settlement> settlements,
                           std::int64_t now_ms) {
  std::lock_guard lock{mutex_};
  if (!opened_ || epoch != epoch_) {
    limits_.fenced_writes.fetch_add(settlements.size());
    return;
  }
  for (auto& s : settlements) settle_one(s, now_ms);
  has_changed();
}

void connector_log::settle_one(settlement& s, std::int64_t now_ms) {
  const auto was = with_owner(s.key);
  // Settled twice: the first time decided.
  if (!was) return;
  if (s.what == settlement::kind::give_back) return give_back(s.key, *was);
  touched_ = true;
  remember(s);
  note_effect(s, was->lane);
  switch (s.what) {
    case settlement::kind::delivered:
    case settlement::kind::discarded:
      return end(s.key, *was);
    case settlement::kind::dead:
      return hold(held_state::dead, s, *was, now_ms);
    case settlement::kind::expired:
      return hold(held_state::expired, s, *was, now_ms);
    case settlement::kind::retry:
      return hold(held_state::retry, s, *was, now_ms);
    case settlement::kind::aside:
      return move_aside(s, *was);
    case settlement::kind::give_back:
      return;
  }
}

std::optional<connector_log::origin> connector_log::with_owner(delivery_key key) const {
  if (const auto* entry = open_.find(key); entry && entry->taken)
    return origin{.place = from::log,
                  .lane = entry->lane,
                  .accepted_ms = entry->accepted_ms,
                  .bytes = entry->bytes,
                  .due_ms = 0,
                  .parked_row = {},
                  .rendered = nullptr};
  if (const auto found = off_log_.find(key); found != off_log_.end()) return found->second;
  return std::nullopt;
}

void connector_log::remember(settlement& s) {
  const bool is_discarded = s.what == settlement::kind::discarded;
  const bool attempted = s.counted;
  if (!attempted && !is_discarded) return;
  attempts_.push_back({.key = s.key,
                       .attempted = attempted,
                       .discarded = is_discarded,
                       .why_discarded = is_discarded ? s.why : reason::none,
                       .attempt = attempted ? s.attempt : attempt_record{}});
}

void connector_log::leave(delivery_key key, const origin& was) {
  switch (was.place) {
    case from::log:
      open_.remove(*open_.find(key));
      return;
    case from::due:
      rows_.push_back({family::due, due_key(id_, was.due_ms, key), std::nullopt});
      if (auto* lane = lanes_.find(was.lane)) lane->waiting.erase(key);
      --waiting_;
      break;
    case from::aside: {
      auto& lane = lanes_.of(was.lane);
      lane.aside.erase(key);
      --lane.taken;
      --aside_;
      break;
    }
    case from::parked: {
      auto& lane = lanes_.of(was.lane);
      const auto row = lane.rows.find(was.parked_row);
      AIRTRAIN_INVARIANT(row != lane.rows.end() && row->second.count > 0);
      lane.leaving[was.parked_row].push_back(key);
      if (--row->second.count == 0) lane.rows.erase(row);
      --lane.parked;
      --lane.taken;
      --aside_;
      parked_lanes_changed_.insert(was.lane);
      break;
    }
  }
  off_log_.erase(key);
  leaving_[key] = generation_ + 1;
}

void connector_log::give_back(delivery_key key, const origin& was) {
  if (was.place == from::log) {
    open_.give_back(*open_.find(key));
    return;
  }
  off_log_.erase(key);
  if (was.place == from::due)
    note_due(was.due_ms);
  else
    --lanes_.of(was.lane).taken;
}

void connector_log::move_aside(settlement& s, const origin& was) {
  const bool has_history = s.history.attempts > 0 || s.rendered;
  if (was.place == from::aside || (was.place == from::parked && !has_history))
    return give_back(s.key, was);
  leave(s.key, was);
  ++aside_;
  note_oldest_off_log(was.accepted_ms);
  auto& lane = lanes_.of(was.lane);
  if (was.place == from::log && !has_history) {
    lane.arriving.push_back(s.key);
    ++lane.parked;
    parked_lanes_changed_.insert(was.lane);
    return;
  }
  lane.aside.insert(s.key);
  held_record record;
  record.state = held_state::aside;
  record.lane = was.lane;
  record.accepted_ms = was.accepted_ms;
  record.history = s.history;
  record.last = s.attempt;
  record.rendered = s.rendered ? s.rendered : was.rendered;
  put_held(s.key, record);
}

void connector_log::hold(held_state state, const settlement& s, const origin& was,
                         std::int64_t now_ms) {
  leave(s.key, was);
  held_record record;
  record.state = state;
  record.lane = was.lane;
  record.scope = s.scope;
  record.accepted_ms = was.accepted_ms;
  record.why = s.why;
  record.limit = s.limit;
  record.group = s.group;
  record.history = s.history;
  record.last = s.attempt;
  record.rendered = s.rendered ? s.rendered : was.rendered;
  if (state == held_state::retry) {
    record.due_ms = s.due_ms;
    ++waiting_;
    note_oldest_off_log(was.accepted_ms);
    note_unwritten_due(s.due_ms, generation_ + 1);
    if (was.lane != no_lane) lanes_.of(was.lane).waiting.insert(s.key);
    rows_.push_back(
        {family::due, due_key(id_, s.due_ms, s.key), std::string(1, static_cast<char>(s.scope))});
  } else {
    record.ended_ms = now_ms;
    record.stops_lane = s.stops_lane && was.lane != no_lane;
    leave_backlog(was);
    ++dead_;
    off_log_left();
    if (was.lane != no_lane) ++lanes_.of(was.lane).dead;
    if (record.stops_lane) lanes_.stop(was.lane, s.key);
  }
  put_held(s.key, record);
}

void connector_log::put_held(delivery_key key, const held_record& record) {
  rows_.push_back({family::held, held_key(id_, key), encode(record)});
}

void connector_log::end(delivery_key key, const origin& was) {
  leave(key, was);
  forget_rows(key, was);
  leave_backlog(was);
  off_log_left();
  drop_lane_if_empty(was.lane);
}

void connector_log::leave_backlog(const origin& was) {
  AIRTRAIN_INVARIANT(backlog_ > 0 && backlog_bytes_ >= was.bytes);
  --backlog_;
  backlog_bytes_ -= was.bytes;
}

void connector_log::forget_rows(delivery_key key, const origin& was) {
  if (was.place == from::due || was.place == from::aside)
    rows_.push_back({family::held, held_key(id_, key), std::nullopt});
  if (key.seq < limits_.evacuated_below.load())
    rows_.push_back({family::held, payload_key(id_, key), std::nullopt});
}

void connector_log::note_effect(const settlement& s, lane_id id) {
  // Without an answer that says no, the target may have done it.
  const bool unknown =
      s.what != settlement::kind::retry && s.what != settlement::kind::aside &&
      (s.unknown_effect || s.history.attempts > 1 ||
       ((s.counted || s.history.attempts == 1) && s.attempt.outcome == answer_class::retry));
  if (s.what != settlement::kind::delivered && !unknown) return;
  auto* lane = lanes_.find(id);
  if (!lane || id == no_lane || (lane->newest_effect && *lane->newest_effect >= s.key)) return;
  lane->newest_effect = s.key;
  std::string value;
  put_be64(value, s.key.seq);
  put_be16(value, s.key.part);
  rows_.push_back({family::meta, newest_effect_key(id_, id), std::move(value)});
}

void connector_log::drop_lane_if_empty(lane_id lane) {
  if (lanes_.drop_if_empty(lane))
    rows_.push_back({family::meta, newest_effect_key(id_, lane), std::nullopt});
}

bool connector_log::would_reorder(lane_id id, delivery_key key) const {
  std::lock_guard lock{mutex_};
  const auto* lane = lanes_.find(id);
  return id != no_lane && lane && lane->newest_effect && *lane->newest_effect > key;
}

bool connector_log::earlier_pending(lane_id id, delivery_key key) const {
  std::lock_guard lock{mutex_};
  if (id == no_lane) return false;
  if (tail_.empty() && !at_tail_ && next_ < key.seq) return true;
  bool found = std::any_of(tail_.begin(), tail_.end(), [&](const arrival& event) {
    return event.seq < key.seq && event.lane == id;
  });
  // Of what an earlier owner left open the lane is not known.
  open_.for_each([&](const open_list::entry& e) {
    found |= e.key < key && (e.lane == id || (!e.taken && e.lane == no_lane));
  });
  return found;
}

void connector_log::note_oldest_off_log(std::int64_t accepted_ms) {
  oldest_off_log_ms_ =
      oldest_off_log_ms_ == 0 ? accepted_ms : std::min(oldest_off_log_ms_, accepted_ms);
}

void connector_log::off_log_left() {
  if (waiting_ + aside_ == 0) oldest_off_log_ms_ = 0;
}

std::vector<row_change> connector_log::replay(delivery_key key, held_record record,
                                              std::uint64_t bytes, bool new_key,
                                              std::int64_t now_ms) {
  std::lock_guard lock{mutex_};
  if (record.stops_lane) lanes_.unstop(record.lane, key);
  if (record.lane != no_lane) --lanes_.of(record.lane).dead;
  --dead_;
  ++backlog_;
  backlog_bytes_ += bytes;
  has_changed();
  note_oldest_off_log(record.accepted_ms);
  record.stops_lane = false;
  record.ended_ms = 0;
  record.limit.clear();
  record.group = 0;
  record.history.event_scope_failures = 0;
  record.history.first_event_failure_reachable_ms = -1;
  record.history.lift_deadline = true;
  if (new_key) ++record.history.key_generation;

  std::vector<row_change> out;
  if (record.lane == no_lane) {
    record.state = held_state::retry;
    record.scope = failure_scope::event;
    record.due_ms = now_ms;
    ++waiting_;
    note_unwritten_due(now_ms, generation_);
    out.push_back(
        {family::due, due_key(id_, now_ms, key), std::string(1, static_cast<char>(record.scope))});
  } else {
    record.state = held_state::aside;
    ++aside_;
    lanes_.of(record.lane).aside.insert(key);
    // Until it is written a reader finds the record of its end.
    leaving_[key] = generation_;
  }
  out.push_back({family::held, held_key(id_, key), encode(record)});
  return out;
}

std::vector<row_change> connector_log::discard(delivery_key key, const held_record& record) {
  std::lock_guard lock{mutex_};
  if (record.stops_lane) lanes_.unstop(record.lane, key);
  if (record.lane != no_lane) --lanes_.of(record.lane).dead;
  --dead_;
  has_changed();
  attempts_.push_back({.key = key,
                       .attempted = false,
                       .discarded = true,
                       .why_discarded = reason::discarded_by_operator,
                       .attempt = {}});
  drop_lane_if_empty(record.lane);
  return {{family::held, held_key(id_, key), std::nullopt},
          {family::held, payload_key(id_, key), std::nullopt}};
}

bool connector_log::save_owner_state(std::uint64_t epoch, std::string state) {
  std::lock_guard lock{mutex_};
  if (!opened_ || epoch != epoch_) {
    limits_.fenced_writes.fetch_add(1);
    return false;
  }
  owner_state_ = std::move(state);
  rows_.push_back({family::meta, owner_state_key(id_), owner_state_});
  has_changed();
  return true;
}

}  // namespace airtrain::embedded
