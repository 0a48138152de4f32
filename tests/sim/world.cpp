#include "tests/sim/world.hpp"

#include <algorithm>

namespace airtrain::sim {
namespace {

constexpr microseconds chaos = seconds{40};
/// Enough for all that can be pending, at the slowest rate, behind the longest back-off, opening
/// and hold.
constexpr microseconds liveness_bound = seconds{300};

}  // namespace

world::world(std::uint64_t seed, bool trace)
    : random_(seed),
      log_(time_, trace),
      store_(memory_store::make({}, [this] { return time_.now().wall_ms; })) {
  make_systems();
  limit_backlogs();
  plan_chaos();
}

void world::run() {
  for (auto& [id, one] : systems_) start_supervisor(one);
  const auto chaos_ends = time_.now().steady + chaos;
  while (time_.now().steady < chaos_ends && time_.run_next()) check();
  heal();
  const auto must_end = time_.now().steady + liveness_bound;
  while (!drained() && time_.now().steady < must_end) {
    demand(time_.run_next(), "nothing is left to happen, and something is left to do");
    check();
  }
  account_->demand_all_ended();
  demand(drained(), "something is left to do");
}

bool world::drained() const {
  const auto is_empty = [](const connector_counts& counts) {
    return counts.backlog == 0 && counts.dead_letters == 0 && counts.lanes_stopped == 0;
  };
  const auto is_answered = [](const auto& one) { return one->answered; };
  const auto counts = store_->counts();
  return !restarting_ && std::all_of(counts.begin(), counts.end(), is_empty) &&
         std::all_of(requests_.begin(), requests_.end(), is_answered);
}

/// After everything that happens.
void world::check() {
  for (const auto& counts : store_->counts()) {
    account_->compare(counts);
    account_->demand_room(counts);
  }
  if (!restarting_) return;
  const auto is_drained = [](const auto& one) { return one.second.loop->drained(); };
  if (std::all_of(systems_.begin(), systems_.end(), is_drained)) finish_graceful_restart();
}

// --- The process.

void world::start_supervisor(system& of) {
  of.loop = std::make_shared<supervisor_loop>(
      surroundings{time_, random_, log_, *store_, *account_, *of.outside, rate_,
                   [this] { touch_store(); }, message_delay_max_},
      of.id, of.options);
  if (of.left) of.loop->expect(*std::exchange(of.left, std::nullopt), of.config_changed);
  of.config_changed = false;
  of.loop->open();
}

void world::stop_supervisor(system& of) {
  of.loop.reset();
  account_->owner_gone(of.id);
}

void world::restart_supervisor(system& of) {
  log_.note("{} its supervisor dies", of.id);
  stop_supervisor(of);
  start_supervisor(of);
}

void world::crash() {
  log_.note("the process dies, {} settlements unsynced", store_->unsynced());
  store_->crash();
  start_over();
}

void world::finish_graceful_restart() {
  log_.note("the process ends");
  for (auto& [id, one] : systems_)
    if (const auto* const decisions = one.loop->decisions())
      one.left = decisions->status(time_.now());
  store_->close();
  demand(store_->unsynced() == 0, "a clean stop left {} settlements unsynced", store_->unsynced());
  const auto before = account_->ended();
  store_->crash();
  start_over();
  demand(account_->ended() >= before, "a clean stop forgot {} endings", before - account_->ended());
}

void world::start_over() {
  restarting_ = false;
  for (auto& [id, one] : systems_) stop_supervisor(one);
  rate_ = std::make_shared<rate_keeper>(time_, shared_rate_);
  read_store_again();
  for (auto& [id, one] : systems_)
    if (!healed_ && random_.chance(0.3)) change_config(one);
  limit_backlogs();
  for (auto& [id, one] : systems_) start_supervisor(one);
  for (const auto& one : requests_)
    time_.after(random_.between(microseconds{0}, seconds{1}), [this, one] { submit(one); });
}

/// What a process tells its store when it starts.
void world::limit_backlogs() {
  for (const auto& [id, one] : systems_) {
    store_->limit_backlog(id, one.backlog);
    account_->limited(id, one.backlog);
  }
}

/// After a restart, or a failure that may have happened all the same.
void world::read_store_again() {
  store_->inject().fail_reads = 0;
  for (const auto& event : account_->events()) read_again(event);
  store_->answer_reads();
}

void world::read_again(const std::string& event) {
  store_->event_details(event, std::nullopt, [this, event](const auto& found) {
    account_->read_again(event, found.value());
  });
}

void world::touch_store() {
  store_dirty_ = true;
  if (store_awake_) return;
  store_awake_ = true;
  time_.after(random_.between(microseconds{50}, milliseconds{4}), [this] { pump_store(); });
}

void world::pump_store() {
  store_awake_ = false;
  if (random_.chance(0.4))
    store_dirty_ = store_->step();
  else
    store_->answer_reads();
  if (store_dirty_) touch_store();
}

// --- The end.

void world::heal() {
  log_.note("all is healed");
  healed_ = true;
  store_->inject() = {};
  touch_store();
  for (auto& [id, one] : systems_) one.outside->heal();
  help_along();
}

/// What is left to the operator once all is well: nothing but this may be needed.
void world::help_along() {
  for (auto& [id, one] : systems_) {
    const auto* const decisions = one.loop->decisions();
    if (!decisions) continue;
    const auto status = decisions->status(time_.now());
    const bool resume = status.state == connector_state::paused ||
                        (status.state == connector_state::held && one.outside->said_gone());
    if (resume)
      one.loop->tell({"resume"}, [](auto& d, auto now, auto& out) { d.resume(now, out); });
    if (status.breaker == breaker_state::forced_open) command(one, breaker_command::automatic);
    for (const auto state : {delivery_state::dead, delivery_state::expired})
      with_dead_letters(one, state, [this](auto ids) {
        replay(std::move(ids), {.new_key = false, .allow_reorder = true});
      });
  }
  time_.after(milliseconds{500}, [this] { help_along(); });
}

}  // namespace airtrain::sim
