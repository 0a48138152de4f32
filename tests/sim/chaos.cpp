// What goes wrong in a simulated world, and what its operator does.

#include <algorithm>

#include "tests/sim/world.hpp"

namespace airtrain::sim {
namespace {

constexpr microseconds chaos = seconds{39};

}  // namespace

void world::plan_chaos() {
  const auto some_time = [this] { return random_.between(microseconds{0}, chaos); };
  for (auto left = random_.between(5, 60); left > 0; --left)
    time_.after(some_time(), [this] { submit_something(); });
  for (auto left = random_.between(0, 3); left > 0; --left)
    time_.after(some_time(), [this] { submit_conflict(); });
  for (auto left = random_.between(0, 12); left > 0; --left)
    time_.after(some_time(), [this] { break_something(); });
  for (auto left = random_.between(0, 40); left > 0; --left)
    time_.after(some_time(), [this] { operate(); });
  for (auto& [id, one] : systems_)
    time_.after(random_.between(microseconds{0}, seconds{10}), [this, &one] { change_moods(one); });
}

void world::change_moods(system& of) {
  if (healed_) return;
  of.outside->change_mood();
  time_.after(random_.between(milliseconds{500}, seconds{8}), [this, &of] { change_moods(of); });
}

/// Between two starts an operator has edited the configuration.
void world::change_config(system& of) {
  auto changed = draw_options();
  changed.ordered = of.options.ordered;
  changed.dead_letter = of.options.dead_letter;
  changed.attempt_timeout = of.options.attempt_timeout;
  changed.config_digest = of.options.config_digest + 1;
  of.options = changed;
  of.backlog = draw_backlog_limit(changed);
  of.config_changed = true;
  account_->configured(of.id, of.options);
  log_.note("{} is configured anew", of.id);
}

void world::set_wall_clock(milliseconds by) {
  log_.note("the wall clock is set by {} s", by.count() / 1000);
  time_.jump(by);
  // One that starts afterwards has nothing to compare it with.
  for (auto& [id, one] : systems_)
    if (one.loop->decisions()) account_->wall_clock_set(id, by);
}

world::system& world::any_system() {
  return std::next(systems_.begin(), static_cast<std::ptrdiff_t>(random_.below(systems_.size())))
      ->second;
}

void world::break_something() {
  auto& faults = store_->inject();
  switch (random_.below(9)) {
    case 0:
    case 1:
      return crash();
    case 2:
      return begin_graceful_restart();
    case 3:
      if (!restarting_) restart_supervisor(any_system());
      return;
    case 4:
      faults.fail_commits = static_cast<std::uint32_t>(random_.between(1, 3));
      faults.failed_commits_land = random_.chance(0.5);
      return;
    case 5:
      faults.fail_reads = static_cast<std::uint32_t>(random_.between(1, 20));
      return;
    case 6:
      faults.full = true;
      time_.after(random_.between(seconds{1}, seconds{5}), [this] {
        store_->inject().full = false;
        touch_store();
      });
      return;
    case 7:
      return set_wall_clock(std::chrono::hours{random_.chance(0.5) ? 24 : -24});
    default:
      return set_wall_clock(milliseconds{random_.between(-20'000, 20'000)});
  }
}

void world::begin_graceful_restart() {
  log_.note("the process is told to end");
  restarting_ = true;
  for (auto& [id, one] : systems_) one.loop->drain();
}

// --- The operator.

void world::operate() {
  auto& on = any_system();
  switch (random_.below(12)) {
    case 0:
      on.loop->tell({"pause"}, [](auto& d, auto now, auto& out) { d.pause(now, out); });
      return;
    case 1:
    case 2:
      on.loop->tell({"resume"}, [](auto& d, auto now, auto& out) { d.resume(now, out); });
      return;
    case 3:
      return command(on, breaker_command::force_open);
    case 4:
      return command(on, breaker_command::disable);
    case 5:
      return command(on, breaker_command::automatic);
    case 6:
      return command(on, breaker_command::reset);
    case 7:
      return discard_one(on);
    default:
      return replay_some(on);
  }
}

void world::command(system& of, breaker_command what) {
  of.loop->tell({"breaker command", nullptr, true},
                [what](auto& d, auto now, auto& out) { d.command(what, now, out); });
}

void world::with_dead_letters(const system& of, delivery_state state,
                              std::function<void(std::vector<dead_letter_id>)> then) {
  dead_letter_query query;
  query.connector = of.id;
  query.state = state;
  query.page.limit = 1000;
  store_->list_dead_letters(query, [then = std::move(then)](const auto& found) {
    if (!found || found->items.empty()) return;
    std::vector<dead_letter_id> ids;
    for (const auto& letter : found->items) ids.push_back(letter.id);
    then(std::move(ids));
  });
  touch_store();
}

void world::replay_some(const system& of) {
  with_dead_letters(
      of, random_.chance(0.8) ? delivery_state::dead : delivery_state::expired, [this](auto ids) {
        std::erase_if(ids, [this](const auto&) { return random_.chance(0.5); });
        replay(std::move(ids),
               {.new_key = random_.chance(0.2), .allow_reorder = random_.chance(0.5)});
      });
}

void world::replay(std::vector<dead_letter_id> ids, replay_options options) {
  account_->replay_asked(ids);
  store_->replay(ids, options, [this, ids](const auto& done) {
    if (!done) return outcome_unknown(ids);
    for (const auto& id : ids) {
      const auto is_it = [&](const bulk_refusal& refusal) { return refusal.id == id; };
      if (std::none_of(done->refused.begin(), done->refused.end(), is_it)) account_->replayed(id);
    }
    log_.note("replayed {}, refused {}", done->done, done->refused.size());
    tell_lanes(*done);
  });
  touch_store();
}

void world::discard_one(const system& of) {
  with_dead_letters(of, delivery_state::dead, [this](auto ids) {
    const auto id = random_.pick(ids);
    account_->discard_asked({id});
    store_->discard({id}, [this, id](const auto& done) {
      if (!done) return outcome_unknown({id});
      if (done->done == 0) return;
      log_.note("discarded {}", to_string(id));
      account_->discarded(id);
      tell_lanes(*done);
    });
    touch_store();
  });
}

/// A write that failed may have landed all the same, and its owner was not told: another owner
/// reads what is true.
void world::outcome_unknown(const std::vector<dead_letter_id>& ids) {
  read_store_again();
  if (restarting_) return;
  std::set<connector_id> concerned;
  for (const auto& id : ids) concerned.insert(id.connector);
  for (const auto id : concerned) restart_supervisor(systems_.at(id));
}

void world::tell_lanes(const bulk_result& done) {
  for (const auto& changed : done.changed) {
    for (const auto& lane : changed.lanes) log_.note("{}   {}", changed.connector, text(lane));
    systems_.at(changed.connector)
        .loop->tell({"lanes changed"}, [lanes = changed.lanes](auto& d, auto now, auto& out) {
          d.lanes_changed(lanes, now, out);
        });
  }
}

}  // namespace airtrain::sim
