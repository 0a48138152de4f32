#include "actors/supervisor_state.hpp"

#include <stdexcept>
#include <utility>

#include "actors/fetch_reply.hpp"

namespace airtrain {
namespace {

/// A custom connector that never completes an attempt loses it this long after its time-out.
constexpr std::chrono::seconds grace{30};
constexpr std::chrono::seconds reopen_delay{1};
/// Fetches that may be answered at once within one turn: after them others get the thread.
constexpr unsigned fetches_per_turn_max = 16;

void add(std::atomic<std::uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

std::optional<delivery_state> end_of(settlement::kind what) {
  switch (what) {
    case settlement::kind::delivered:
      return delivery_state::delivered;
    case settlement::kind::dead:
      return delivery_state::dead;
    case settlement::kind::expired:
      return delivery_state::expired;
    case settlement::kind::discarded:
      return delivery_state::discarded;
    case settlement::kind::retry:
    case settlement::kind::aside:
    case settlement::kind::give_back:
      return {};
  }
  return {};
}

}  // namespace

supervisor_state::~supervisor_state() {
  if (inbox_) inbox_->close();
  if (connector_) connector_->stop();
}

void supervisor_state::start(supervisor_setup setup) {
  setup_ = std::move(setup);
  inbox_ = std::make_shared<supervisor_inbox>(supervisor_actor(self_));
  open();
}

instant supervisor_state::now() const {
  const auto steady = self_->clock().now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(steady),
          setup_.environment->wall_ms()};
}

void supervisor_state::open() {
  storage().open(
      setup_.id, [inbox = inbox_] { inbox->work_available(); },
      [inbox = inbox_](result<opened_connector, store_error> answer) {
        if (answer)
          inbox->opened({std::move(*answer), {}});
        else
          inbox->opened(
              {{}, std::string(to_string(answer.error().code)) + ": " + answer.error().message});
      });
}

void supervisor_state::opened(const connector_opened& answer) {
  open_error_ = answer.error;
  if (!open_error_.empty()) {
    wake_at_ = now().steady + reopen_delay;
    give_early_orders();
    return arm_timer();
  }
  const auto& options = setup_.registration->dispatch;
  epoch_ = answer.what.epoch;
  connector_ = setup_.registration->make();
  dispatcher_.emplace(options, setup_.random_seed);
  in_flight_.emplace(options.attempt_timeout + grace);
  dispatcher_->opened(answer.what, now(), actions_);
  for (const auto& change : std::exchange(early_changes_, {})) tell_changed(change);
  if (draining_) dispatcher_->drain(now(), actions_);
  give_early_orders();
  perform();
}

void supervisor_state::work_available() {
  if (!dispatcher_) return;
  dispatcher_->work_available(now(), actions_);
  perform();
}

void supervisor_state::fetched(fetch_reply& answer) {
  tell_fetched(answer);
  perform();
}

void supervisor_state::tell_fetched(fetch_reply& answer) {
  fetching_ = false;
  auto what = answer.take();
  if (what) return dispatcher_->fetched(std::move(*what), now(), actions_);
  if (what.error().code == store_error_code::fenced)
    throw std::runtime_error("another owner has taken the connector over");
  fetch_result failed;
  failed.request = answer.request();
  failed.error = std::string(to_string(what.error().code)) + ": " + what.error().message;
  dispatcher_->fetched(std::move(failed), now(), actions_);
}

void supervisor_state::take_outcomes() {
  setup_.telemetry->mailbox_depth.store(self_->mailbox().size(), std::memory_order_relaxed);
  std::vector<attempt_outcome> outcomes;
  inbox_->take(outcomes);
  if (!dispatcher_) return;
  std::erase_if(outcomes, [this](const attempt_outcome& o) {
    const auto accepted_at_ms = in_flight_->completed(o.with);
    if (accepted_at_ms) count(o, *accepted_at_ms);
    return !accepted_at_ms;
  });
  judge(std::move(outcomes));
}

void supervisor_state::judge(std::vector<attempt_outcome> outcomes) {
  if (outcomes.empty()) return;
  dispatcher_->attempted(std::move(outcomes), now(), actions_);
  perform();
}

void supervisor_state::count(const attempt_outcome& outcome, std::int64_t accepted_at_ms) {
  auto& telemetry = *setup_.telemetry;
  add(telemetry.attempts_by_class[static_cast<std::size_t>(outcome.result.outcome)]);
  telemetry.attempt_time.add(outcome.took.count());
  if (outcome.result.outcome == answer_class::delivered)
    telemetry.delivery_time.add((setup_.environment->wall_ms() - accepted_at_ms) * 1000);
}

void supervisor_state::timer_fired(std::uint64_t generation) {
  if (generation != timer_generation_) return;
  timer_at_.reset();
  if (!dispatcher_) return open();
  auto overdue = in_flight_->overdue(now());
  for (const auto& o : overdue)
    add(setup_.telemetry->attempts_by_class[static_cast<std::size_t>(o.result.outcome)]);
  judge(std::move(overdue));
  if (wake_at_ && *wake_at_ <= now().steady) {
    dispatcher_->tick(now(), actions_);
    perform();
  } else {
    arm_timer();
  }
}

void supervisor_state::lanes_changed(const airtrain::lanes_changed& change) {
  if (!dispatcher_) {
    // The store may have answered `open` before this change: it is told once we know its answer.
    early_changes_.push_back(change);
    return;
  }
  tell_changed(change);
  perform();
}

void supervisor_state::tell_changed(const airtrain::lanes_changed& change) {
  dispatcher_->no_longer_wait(change.lanes, change.ended);
  dispatcher_->lanes_changed(change.lanes, now(), actions_);
}

void supervisor_state::withdraw(const withdraw_deliveries& order) {
  // Until it is open nothing was taken.
  if (!dispatcher_) return order.to({});
  if (order.dry_run) return order.to(dispatcher_->would_withdraw(order.keys));
  auto became = dispatcher_->withdraw(
      order.keys, order.discard ? settlement::kind::discarded : settlement::kind::dead, now(),
      actions_);
  perform();
  order.to(std::move(became));
}

void supervisor_state::drain(const reply<bool>& to) {
  draining_ = true;
  drains_.push_back(to);
  if (!dispatcher_) return finish_drain();
  dispatcher_->drain(now(), actions_);
  perform();
}

void supervisor_state::granted(std::uint32_t tokens) {
  dispatcher_->granted(tokens, now(), actions_);
  perform();
}

bool supervisor_state::put_off(const reply<operator_answer>& to, std::function<void()> order) {
  if (dispatcher_) return false;
  if (open_error_.empty())
    early_orders_.push_back(std::move(order));
  else
    to({operator_code::failed, "the connector is not open yet: " + open_error_});
  return true;
}

void supervisor_state::give_early_orders() {
  for (const auto& order : std::exchange(early_orders_, {})) order();
}

void supervisor_state::pause(const reply<operator_answer>& to) {
  if (put_off(to, [this, to] { pause(to); })) return;
  dispatcher_->pause(now(), actions_);
  perform();
  to({operator_code::done, {}});
}

void supervisor_state::resume(const reply<operator_answer>& to) {
  if (put_off(to, [this, to] { resume(to); })) return;
  dispatcher_->resume(now(), actions_);
  perform();
  to({operator_code::done, {}});
}

void supervisor_state::command(breaker_command what, const reply<operator_answer>& to) {
  if (put_off(to, [this, what, to] { command(what, to); })) return;
  dispatcher_->command(what, now(), actions_);
  perform();
  to({operator_code::done, {}});
}

void supervisor_state::why(const ask_why& question) {
  if (dispatcher_) question.to(dispatcher_->why(question.key, question.lane, now()));
}

connector_status supervisor_state::status() {
  if (dispatcher_) return dispatcher_->status(now());
  connector_status opening;
  opening.why = open_error_.empty() ? "opening" : "the store does not open it: " + open_error_;
  return opening;
}

void supervisor_state::perform() {
  for (unsigned fetches = 0;; ++fetches) {
    settle();
    send();
    if (actions_.save_state)
      storage().save_owner_state(setup_.id, epoch_, std::move(*actions_.save_state));
    report();
    order_tokens();
    wake_at_ = actions_.wake_at;
    const auto answer = fetch();
    actions_.clear();
    if (!answer || !answer->answered_during_call()) break;
    if (fetches == fetches_per_turn_max) {
      inbox_->fetched(answer);
      break;
    }
    tell_fetched(*answer);
  }
  arm_timer();
  finish_drain();
}

void supervisor_state::settle() {
  if (actions_.settle.empty()) return;
  for (const auto& s : actions_.settle)
    if (const auto end = end_of(s.what))
      add(setup_.telemetry->ended_by_state[static_cast<std::size_t>(*end)]);
  storage().settle(setup_.id, epoch_, std::exchange(actions_.settle, {}));
}

void supervisor_state::send() {
  if (actions_.send.empty()) return;
  const auto at = now();
  std::vector<attempt> attempts;
  attempts.reserve(actions_.send.size());
  for (auto& order : actions_.send) {
    in_flight_->sent(order, at);
    attempts.emplace_back(std::move(order), inbox_, at.wall_ms);
  }
  actions_.send.clear();
  connector_->deliver(std::move(attempts));
}

void supervisor_state::report() {
  for (const auto& what : actions_.report) {
    if (what.what == connector_event::kind::breaker_changed)
      add(setup_.telemetry->breaker_transitions[static_cast<std::size_t>(what.breaker)]);
    if (setup_.environment->on_event) setup_.environment->on_event(setup_.registration->name, what);
  }
}

void supervisor_state::order_tokens() {
  if (!actions_.tokens) return;
  const auto& order = *actions_.tokens;
  caf::anon_send(*setup_.shared_rate,
                 airtrain::order_tokens{setup_.id, order.give_back, order.want, inbox_});
}

std::shared_ptr<fetch_reply> supervisor_state::fetch() {
  if (!actions_.fetch) return nullptr;
  fetching_ = true;
  auto answer = std::make_shared<fetch_reply>(
      *actions_.fetch,
      [inbox = inbox_](std::shared_ptr<fetch_reply> late) { inbox->fetched(std::move(late)); });
  storage().fetch(setup_.id, epoch_, *actions_.fetch, [answer](fetch_reply::answer what) {
    fetch_reply::give(answer, std::move(what));
  });
  return answer;
}

/// One timer, armed for the earliest moment that matters. It is never moved back: one that goes off
/// too early arms the next, so that at most one message is under way for each moment moved forward.
void supervisor_state::arm_timer() {
  auto next = wake_at_;
  if (in_flight_)
    if (const auto deadline = in_flight_->next_deadline(); deadline && (!next || *deadline < *next))
      next = deadline;
  if (!next || (timer_at_ && *timer_at_ <= *next)) return;
  timer_at_ = next;
  const auto delay = std::max(*next - now().steady, std::chrono::microseconds{0});
  self_->delayed_send(self_, delay, airtrain::timer_fired{++timer_generation_});
}

void supervisor_state::finish_drain() {
  if (drains_.empty() || fetching_ || (dispatcher_ && dispatcher_->in_flight() > 0)) return;
  auto drains = std::exchange(drains_, {});
  storage().flush([drains](const store_error& failed) {
    for (const auto& to : drains) to(failed.code == store_error_code::none);
  });
}

}  // namespace airtrain
