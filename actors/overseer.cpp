#include "actors/overseer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "actors/overseer_state.hpp"

namespace airtrain {
namespace {

/// Gathers the supervisors' statuses; answers when the last of them has let go of it.
class status_board {
 public:
  status_board(std::size_t size, reply<std::vector<connector_status>> to)
      : statuses_(size), to_(std::move(to)) {}
  ~status_board() { to_(std::move(statuses_)); }
  void set(std::size_t index, connector_status status) {
    std::lock_guard lock(mutex_);
    statuses_[index] = std::move(status);
  }

 private:
  std::mutex mutex_;
  std::vector<connector_status> statuses_;
  reply<std::vector<connector_status>> to_;
};

/// Answers when the last supervisor has let go of it.
class drain_board {
 public:
  explicit drain_board(reply<bool> to) : to_(std::move(to)) {}
  ~drain_board() { to_(all_durable_); }
  void set(bool durable) {
    if (!durable) all_durable_ = false;
  }

 private:
  std::atomic<bool> all_durable_{true};
  reply<bool> to_;
};

}  // namespace

overseer_state::~overseer_state() {
  for (const auto& p : places_)
    if (p.supervisor) caf::anon_send_exit(*p.supervisor, caf::exit_reason::user_shutdown);
}

void overseer_state::start(overseer_setup setup) {
  places_.reserve(setup.connectors.size());
  for (auto& c : setup.connectors)
    places_.push_back(
        {std::move(c), {setup.restarts_max, setup.restart_window}, {}, false, false, 0});
  for (auto& p : places_) start(p);
}

void overseer_state::start(place& where) {
  where.failed = false;
  where.supervisor = spawn_supervisor(self_->system(), where.setup);
  self_->monitor(*where.supervisor);
}

void overseer_state::supervisor_ended(const caf::actor_addr& who) {
  const auto found = std::find_if(places_.begin(), places_.end(), [&](const place& p) {
    return p.supervisor && p.supervisor->address() == who;
  });
  if (found == places_.end()) return;
  found->supervisor.reset();
  found->down_since_ms = found->setup.environment->wall_ms();
  if (draining_) return;
  if (std::exchange(found->reopening, false)) return start(*found);
  found->setup.telemetry->restarts.fetch_add(1, std::memory_order_relaxed);
  const auto why = found->setup.crash->read();
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      self_->clock().now().time_since_epoch());
  const auto delay = found->limit.crashed(now);
  if (!delay) {
    found->failed = true;
    return tell(*found, connector_event::kind::state_changed, connector_state::failed,
                fmt::format("crashed too often, stays down until resumed: {}", why));
  }
  tell(*found, connector_event::kind::crashed, connector_state::running,
       fmt::format("crashed, starts again in {} ms: {}", delay->count(), why));
  const auto index = static_cast<std::uint32_t>(found - places_.begin());
  self_->delayed_send(self_, *delay, restart_supervisor{index});
}

void overseer_state::restart(std::uint32_t index) {
  auto& where = places_.at(index);
  if (!where.supervisor && !where.failed && !draining_) start(where);
}

/// A new supervisor opens the connector anew: what the ended one had taken comes again.
void overseer_state::owner_unsure(connector_id connector) {
  for (auto& p : places_) {
    if (p.setup.id != connector || !p.supervisor) continue;
    p.reopening = true;
    caf::anon_send_exit(*p.supervisor, caf::exit_reason::user_shutdown);
  }
}

void overseer_state::tell(const place& where, connector_event::kind what, connector_state state,
                          std::string message) {
  const auto& on_event = where.setup.environment->on_event;
  if (!on_event) return;
  connector_event event;
  event.what = what;
  event.state = state;
  event.message = std::move(message);
  on_event(where.setup.registration->name, event);
}

overseer_state::place* overseer_state::find(std::string_view connector) {
  const auto found = std::find_if(places_.begin(), places_.end(), [&](const place& p) {
    return p.setup.registration->name == connector;
  });
  return found == places_.end() ? nullptr : &*found;
}

template <class Order>
void overseer_state::hand_on(const Order& order) {
  using code = operator_code;
  const auto* where = find(order.connector);
  if (!where) return order.to({code::no_such_connector, "no connector has this name"});
  if (where->supervisor) return caf::anon_send(*where->supervisor, order);
  order.to({code::failed, status_without_supervisor(*where).why});
}

void overseer_state::resume(const resume_connector& order) {
  auto* where = find(order.connector);
  if (!where || !where->failed) return hand_on(order);
  where->limit.forget();
  start(*where);
  tell(*where, connector_event::kind::state_changed, connector_state::running,
       "started again by an operator");
  order.to({operator_code::done, {}});
}

void overseer_state::ask_why(const airtrain::ask_why& question) {
  const auto* where = find(question.connector);
  if (!where) return question.to({});
  if (where->supervisor) return caf::anon_send(*where->supervisor, question);
  question.to(waits{{{"failed", question.connector, 0}}, 0});
}

void overseer_state::withdraw(const withdraw_deliveries& order) {
  for (const auto& p : places_)
    if (p.setup.id == order.connector && p.supervisor) return caf::anon_send(*p.supervisor, order);
  order.to({});
}

void overseer_state::lanes_changed(const airtrain::lanes_changed& change) {
  for (const auto& p : places_)
    if (p.setup.id == change.connector && p.supervisor) caf::anon_send(*p.supervisor, change);
}

connector_status overseer_state::status_without_supervisor(const place& where) {
  connector_status down;
  const auto why = where.setup.crash->read();
  if (where.failed) down.state = connector_state::failed;
  down.why = (where.failed ? "crashed too often, resume starts it again: "
                           : "crashed and is being started again: ") +
             why;
  down.since_ms = where.down_since_ms;
  return down;
}

void overseer_state::statuses(const reply<std::vector<connector_status>>& to) {
  const auto board = std::make_shared<status_board>(places_.size(), to);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto down = status_without_supervisor(places_[i]);
    if (!places_[i].supervisor) {
      board->set(i, down);
      continue;
    }
    reply<connector_status> entry([board, i](connector_status s) { board->set(i, std::move(s)); },
                                  down);
    caf::anon_send(*places_[i].supervisor, ask_status{std::move(entry)});
  }
}

void overseer_state::drain(const reply<bool>& to) {
  draining_ = true;
  const auto board = std::make_shared<drain_board>(to);
  for (const auto& p : places_) {
    if (!p.supervisor) continue;
    // One that ends without an answer has cut what it had under way.
    reply<bool> entry([board](bool durable) { board->set(durable); }, false);
    caf::anon_send(*p.supervisor, drain_connector{std::move(entry)});
  }
}

namespace {

overseer_actor::behavior_type run(overseer_state::pointer self, overseer_setup setup) {
  auto& state = self->state;
  self->set_down_handler([&state](caf::down_msg& down) { state.supervisor_ended(down.source); });
  state.start(std::move(setup));
  return {
      [&state](const pause_connector& order) { state.hand_on(order); },
      [&state](const resume_connector& order) { state.resume(order); },
      [&state](const command_breaker& order) { state.hand_on(order); },
      [&state](const ask_why& question) { state.ask_why(question); },
      [&state](const withdraw_deliveries& order) { state.withdraw(order); },
      [&state](const lanes_changed& change) { state.lanes_changed(change); },
      [&state](const ask_statuses& question) { state.statuses(question.to); },
      [&state](const drain_all& order) { state.drain(order.to); },
      [&state](const owner_unsure& what) { state.owner_unsure(what.connector); },
      [&state](const restart_supervisor& order) { state.restart(order.index); },
  };
}

}  // namespace

overseer_actor spawn_overseer(caf::actor_system& system, overseer_setup setup) {
  return system.spawn(run, std::move(setup));
}

}  // namespace airtrain
