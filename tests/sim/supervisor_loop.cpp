#include "tests/sim/supervisor_loop.hpp"

#include <utility>

namespace airtrain::sim {

supervisor_loop::supervisor_loop(surroundings around, connector_id id,
                                 const dispatch_options& options)
    : around_(std::move(around)), id_(id), options_(options), conduct_(id, options) {}

void supervisor_loop::post(channel by, std::function<void()> message) {
  by->push_back(std::move(message));
  around_.time.after(around_.random.between(microseconds{0}, around_.message_delay_max),
                     [self = weak_from_this(), by] {
                       const auto alive = self.lock();
                       if (!alive) return;
                       const auto next = std::move(by->front());
                       by->pop_front();
                       next();
                     });
}

void supervisor_loop::open() {
  const auto on_work = [self = weak_from_this()] {
    if (const auto alive = self.lock())
      alive->tell({"work"}, [](auto& d, auto now, auto& out) { d.work_available(now, out); });
  };
  around_.store.open(id_, on_work, [self = weak_from_this()](const auto& answer) {
    const auto alive = self.lock();
    if (!alive) return;
    if (answer)
      return alive->post(alive->answers_,
                         [loop = alive.get(), what = *answer] { loop->opened(what); });
    alive->around_.time.after(milliseconds{100}, [self] {
      if (const auto still = self.lock()) still->open();
    });
  });
  around_.touch_store();
}

void supervisor_loop::opened(const opened_connector& what) {
  around_.log.note("{} opened, epoch {}, {} lanes blocked", id_, what.epoch, what.blocked.size());
  for (const auto& lane : what.blocked) around_.log.note("{}   {}", id_, text(lane));
  epoch_ = what.epoch;
  dispatcher_.emplace(options_, around_.random.seed());
  act({"opened", nullptr, true}, [&](auto& d, auto now, auto& out) { d.opened(what, now, out); });
  if (expected_)
    conduct_.judge_opening(expected_->first, dispatcher_->status(around_.time.now()),
                           expected_->second);
  for (const auto& [early, how] : std::exchange(early_, {})) act(early, how);
  if (draining_) act({"drain"}, [](auto& d, auto now, auto& out) { d.drain(now, out); });
}

void supervisor_loop::tell(told what, fact how) {
  post(words_, [this, what, how = std::move(how)] {
    if (dispatcher_)
      act(what, how);
    else
      early_.emplace_back(what, how);
  });
}

void supervisor_loop::drain() {
  draining_ = true;
  if (dispatcher_) act({"drain"}, [](auto& d, auto now, auto& out) { d.drain(now, out); });
}

void supervisor_loop::act(const told& what, const fact& how) {
  const auto now = around_.time.now();
  const auto before = dispatcher_->status(now);
  how(*dispatcher_, now, actions_);
  const auto after = dispatcher_->status(now);
  for (const auto& event : actions_.report)
    around_.log.note("{} {}: {} {} {}", id_, what.what, to_string(event.state),
                     to_string(event.breaker), event.message);
  conduct_.judge(what, before, after, actions_, draining_);
  perform();
}

void supervisor_loop::perform() {
  auto actions = std::exchange(actions_, {});
  for (const auto& decided : actions.settle) {
    around_.log.note("{} settle {} kind {}{}", id_, text(decided.key),
                     static_cast<int>(decided.what), decided.stops_lane ? ", stops its lane" : "");
    around_.account.settled(id_, decided, around_.time.now().wall_ms);
  }
  if (!actions.settle.empty()) around_.store.settle(id_, epoch_, std::move(actions.settle));
  for (auto& order : actions.send) send(order);
  if (actions.tokens) order_tokens(*actions.tokens);
  if (actions.save_state) around_.store.save_owner_state(id_, epoch_, *actions.save_state);
  arm(actions.wake_at);
  if (actions.fetch) fetch(*actions.fetch);
  around_.touch_store();
}

/// They arrive whatever becomes of this loop meanwhile.
void supervisor_loop::order_tokens(const token_order& order) {
  orders_->push_back([keeper = around_.rate, id = id_, order, self = weak_from_this()] {
    keeper->order(id, order, [self](std::uint32_t tokens) {
      const auto alive = self.lock();
      if (alive) alive->granted(tokens);
      return alive != nullptr;
    });
  });
  around_.time.after(around_.random.between(microseconds{0}, around_.message_delay_max),
                     [orders = orders_] {
                       const auto next = std::move(orders->front());
                       orders->pop_front();
                       next();
                     });
}

void supervisor_loop::granted(std::uint32_t tokens) {
  post(answers_, [this, tokens] {
    act({"granted"}, [tokens](auto& d, auto now, auto& out) { d.granted(tokens, now, out); });
  });
}

void supervisor_loop::send(attempt_order& order) {
  if (!options_.shared_rate.empty()) around_.rate->sent();
  around_.account.sent(id_, order);
  auto answer = around_.system.attempt(order);
  around_.log.note("{} send {} lane {}{}: {} in {} us", id_, text(order.what.key), order.what.lane,
                   order.with.probe ? " as a probe" : "", to_string(answer.what.outcome),
                   answer.after.count());
  attempt_outcome outcome;
  outcome.key = order.what.key;
  outcome.with = order.with;
  outcome.result = std::move(answer.what);
  outcome.rendered = order.what.rendered;
  if (!outcome.rendered) {
    auto rendered = std::make_shared<rendered_request>();
    rendered->body = std::to_string(around_.random.seed());
    outcome.rendered = std::move(rendered);
  }
  outcome.started_wall_ms = around_.time.now().wall_ms;
  outcome.took = answer.after;
  around_.time.after(answer.after, [self = weak_from_this(), &account = around_.account, id = id_,
                                    outcome = std::move(outcome)] {
    if (outcome.result.outcome == answer_class::delivered) account.reached(id, outcome.key);
    if (const auto alive = self.lock()) alive->completed(outcome);
  });
}

void supervisor_loop::completed(attempt_outcome outcome) {
  outcomes_.push_back(std::move(outcome));
  post(answers_, [this] { take_outcomes(); });
}

void supervisor_loop::take_outcomes() {
  const auto outcomes = std::exchange(outcomes_, {});
  if (outcomes.empty()) return;
  for (const auto& outcome : outcomes) around_.account.judged(id_, outcome);
  act({"outcomes", &outcomes},
      [&](auto& d, auto now, auto& out) { d.attempted(outcomes, now, out); });
}

void supervisor_loop::fetch(const fetch_request& request) {
  demand(!std::exchange(fetching_, true), "connector {} fetches twice at a time", id_);
  around_.store.fetch(id_, epoch_, request, [self = weak_from_this(), request](auto answer) {
    const auto alive = self.lock();
    if (!alive) return;
    if (answer) alive->around_.account.taken(alive->id_, answer->deliveries);
    alive->post(alive->answers_, [loop = alive.get(), request, answer = std::move(answer)] {
      loop->fetched(request, answer);
    });
  });
}

void supervisor_loop::fetched(const fetch_request& asked,
                              result<fetch_result, store_error> answer) {
  fetching_ = false;
  fetch_result what;
  what.request = asked;
  if (answer)
    what = std::move(*answer);
  else
    what.error = answer.error().message;
  around_.log.note("{} fetched {} of kind {}{} {}", id_, what.deliveries.size(),
                   static_cast<int>(asked.what), what.more ? ", more" : "", what.error);
  act({"fetched"}, [&](auto& d, auto now, auto& out) { d.fetched(std::move(what), now, out); });
}

void supervisor_loop::arm(std::optional<microseconds> at) {
  const auto generation = ++timer_;
  if (!at) return;
  around_.time.at(*at, [self = weak_from_this(), generation] {
    const auto alive = self.lock();
    if (!alive || alive->timer_ != generation) return;
    alive->act({"tick"}, [](auto& d, auto now, auto& out) { d.tick(now, out); });
  });
}

}  // namespace airtrain::sim
