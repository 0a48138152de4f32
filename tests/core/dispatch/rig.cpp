#include "tests/core/dispatch/rig.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace airtrain::testing {

event_ref tiny_event(std::uint64_t seq, std::int64_t accepted_at_ms, std::string_view extensions,
                     std::string_view type) {
  const auto id = std::to_string(seq);
  event_fields fields;
  fields.id = id;
  fields.source = "test";
  fields.type = type;
  fields.extensions = extensions;
  fields.accepted_at_ms = accepted_at_ms;
  return event::seal(fields);
}

void fake_store::add(std::uint64_t seq, lane_id lane, std::string_view extensions,
                     std::string_view type) {
  row r;
  r.what.key = {seq, 0};
  r.what.lane = lane;
  r.what.event = tiny_event(seq, 1'000'000'000, extensions, type);
  rows_.emplace(seq, std::move(r));
}

fetch_result fake_store::fetch(const fetch_request& request) {
  fetch_result result;
  result.request = request;
  const auto wanted = [&](const row& r) {
    switch (request.what) {
      case fetch_kind::fresh:
        return r.at == place::log;
      case fetch_kind::due:
        return r.at == place::waiting &&
               (r.due_ms <= request.now_ms ||
                (request.release_connector_scope && r.scope == failure_scope::connector));
      case fetch_kind::lane:
        return r.what.lane == request.lane &&
               (r.at == place::aside || (r.at == place::waiting && r.due_ms == 0));
    }
    return false;
  };
  for (auto& [seq, r] : rows_) {
    if (!wanted(r)) continue;
    if (result.deliveries.size() >= request.count_max) {
      result.more = true;
      break;
    }
    r.at = place::taken;
    result.deliveries.push_back(r.what);
  }
  for (const auto& [seq, r] : rows_)
    if (r.at == place::waiting &&
        (result.next_due_ms == 0 || std::max<std::int64_t>(r.due_ms, 1) < result.next_due_ms))
      result.next_due_ms = std::max<std::int64_t>(r.due_ms, 1);
  return result;
}

void fake_store::settle(const settlement& s) {
  row& r = rows_.at(s.key.seq);
  ASSERT_EQ(r.at, place::taken) << "settled twice, or never taken: " << s.key.seq;
  ASSERT_EQ(r.what.lane, s.lane);
  r.settled.push_back(s);
  if (s.what != settlement::kind::give_back) {
    r.what.history = s.history;
    if (s.rendered) r.what.rendered = s.rendered;
  }
  switch (s.what) {
    case settlement::kind::retry:
      r.at = place::waiting;
      r.due_ms = s.due_ms;
      r.scope = s.scope;
      return;
    case settlement::kind::aside:
      r.at = place::aside;
      return;
    case settlement::kind::give_back:
      r.at = place::log;
      return;
    default:
      r.at = place::ended;
      r.stops_lane = s.stops_lane;
  }
}

void fake_store::replay(std::uint64_t seq) {
  row& r = rows_.at(seq);
  ASSERT_EQ(r.at, place::ended);
  r.at = place::waiting;
  r.due_ms = 0;
  r.stops_lane = false;
  r.what.history = {};
  r.what.history.lift_deadline = true;
}

blocked_lane fake_store::lane_now(lane_id lane) const {
  blocked_lane b;
  b.lane = lane;
  for (const auto& [seq, r] : rows_) {
    if (r.what.lane != lane) continue;
    if (r.stops_lane && !b.stopped) {
      b.stopped = true;
      b.stopped_by = r.what.key;
    }
    if (r.at == place::aside && b.aside_count++ == 0) b.first_aside = r.what.key;
    if (r.at == place::waiting) b.waiting.push_back(r.what.key);
  }
  return b;
}

opened_connector fake_store::reopen() {
  opened_connector o;
  std::map<lane_id, bool> lanes;
  for (auto& [seq, r] : rows_) {
    if (r.at != place::log) o.next = seq + 1;
    if (r.at == place::taken) r.at = place::log;
    if (r.what.lane != no_lane) lanes[r.what.lane] = true;
    if (r.at == place::waiting) {
      const auto due = std::max<std::int64_t>(r.due_ms, 1);
      if (o.next_due_ms == 0 || due < o.next_due_ms) o.next_due_ms = due;
    }
  }
  for (const auto& [lane, seen] : lanes) {
    const auto b = lane_now(lane);
    if (b.stopped || b.aside_count > 0 || !b.waiting.empty()) o.blocked.push_back(b);
  }
  o.owner_state = owner_state_;
  return o;
}

bool fake_store::fresh_left() const {
  return count(place::log) > 0;
}
bool fake_store::all_ended() const {
  return count(place::ended) == rows_.size();
}
bool fake_store::stopped(lane_id lane) const {
  return lane != no_lane && lane_now(lane).stopped;
}
std::size_t fake_store::count(place at) const {
  std::size_t n = 0;
  for (const auto& [seq, r] : rows_) n += r.at == at;
  return n;
}

rig::rig(const dispatch_options& o, std::uint64_t seed)
    : options(o), core(std::make_unique<dispatcher>(o, seed)) {}

void rig::open() {
  run([&](dispatch_actions& out) { core->opened(store.reopen(), now, out); });
}

void rig::restart() {
  in_flight.clear();
  core = std::make_unique<dispatcher>(options, 99);
  open();
}

void rig::replay(std::uint64_t seq) {
  store.replay(seq);
  const auto lane = store.lane_now(store.at(seq).what.lane);
  run([&](dispatch_actions& out) { core->lanes_changed({lane}, now, out); });
}

void rig::add(std::uint64_t seq, lane_id lane, std::string_view type) {
  store.add(seq, lane, {}, type);
  run([&](dispatch_actions& out) { core->work_available(now, out); });
}

void rig::run(std::function<void(dispatch_actions&)> fact) {
  dispatch_actions actions;
  fact(actions);
  execute(actions);
}

void rig::execute(dispatch_actions& actions) {
  for (int rounds = 0;; ++rounds) {
    ASSERT_LT(rounds, 10'000) << "it fetches without end";
    for (const auto& s : actions.settle) store.settle(s);
    for (auto& order : actions.send) {
      const auto seq = order.what.key.seq;
      ASSERT_TRUE(in_flight.emplace(seq, std::move(order)).second) << "sent twice: " << seq;
    }
    if (actions.save_state) store.keep(*actions.save_state);
    reports.insert(reports.end(), actions.report.begin(), actions.report.end());
    if (actions.tokens) {
      tokens_given_back += actions.tokens->give_back;
      tokens_wanted = actions.tokens->want.value_or(tokens_wanted);
    }
    wake_at = actions.wake_at;
    const auto request = actions.fetch;
    actions.clear();
    if (!request) return;
    ++fetches;
    core->fetched(store.fetch(*request), now, actions);
  }
}

void rig::grant(std::uint32_t tokens) {
  tokens_wanted -= std::min(tokens_wanted, tokens);
  in_transit(tokens);
}

void rig::in_transit(std::uint32_t tokens) {
  run([&](dispatch_actions& out) { core->granted(tokens, now, out); });
}

void rig::answer(std::uint64_t seq, verdict v) {
  const auto order = in_flight.extract(seq);
  ASSERT_FALSE(order.empty()) << "not in flight: " << seq;
  std::vector<attempt_outcome> outcomes(1);
  outcomes[0].key = order.mapped().what.key;
  outcomes[0].with = order.mapped().with;
  outcomes[0].result = std::move(v);
  outcomes[0].started_wall_ms = now.wall_ms;
  run([&](dispatch_actions& out) { core->attempted(std::move(outcomes), now, out); });
}

void rig::answer_all(const verdict& v) {
  for (const auto seq : sent_seqs()) answer(seq, v);
}

void rig::pass(std::chrono::milliseconds time) {
  const auto end = now.steady + time;
  while (wake_at && *wake_at <= end) {
    if (!pass_to_wake()) break;
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - now.steady);
  now.steady += left;
  now.wall_ms += left.count();
}

bool rig::pass_to_wake() {
  if (!wake_at) return false;
  EXPECT_GT(*wake_at, now.steady) << "it wants to be woken in the past";
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*wake_at - now.steady);
  now.steady += ms;
  now.wall_ms += ms.count();
  run([&](dispatch_actions& out) { core->tick(now, out); });
  return true;
}

std::vector<std::uint64_t> rig::sent_seqs() const {
  std::vector<std::uint64_t> seqs;
  for (const auto& [seq, order] : in_flight) seqs.push_back(seq);
  return seqs;
}

namespace {
verdict with(answer_class outcome, int status, failure_scope scope = failure_scope::event) {
  verdict v;
  v.outcome = outcome;
  v.status = status;
  v.scope = scope;
  v.why = reason::answered;
  v.message = "status " + std::to_string(status);
  return v;
}
}  // namespace

verdict delivered() {
  return with(answer_class::delivered, 200);
}
verdict unreachable() {
  auto v = with(answer_class::retry, 0, failure_scope::connector);
  v.why = reason::connect_failed;
  return v;
}
verdict rejected() {
  return with(answer_class::reject, 422);
}
verdict conflict() {
  return with(answer_class::retry, 409);
}
verdict throttled(std::optional<std::int64_t> hint_ms) {
  auto v = with(answer_class::throttled, 429, failure_scope::connector);
  v.retry_after_ms = hint_ms;
  return v;
}
verdict forbidden() {
  return with(answer_class::refused, 403);
}
verdict unauthorized() {
  return with(answer_class::hold, 401, failure_scope::connector);
}
verdict gone() {
  return with(answer_class::hold_manual, 410, failure_scope::connector);
}

}  // namespace airtrain::testing
