#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/memory_store.hpp"
#include "tests/sim/supervisor_loop.hpp"

namespace airtrain::sim {

/// One simulated service: producers, the memory store, a supervisor with its dispatcher per
/// connector, their targets, and an operator, all on one thread under virtual time, all of it drawn
/// from one seed. First everything goes wrong, then everything is healed and must drain.
class world {
 public:
  world(std::uint64_t seed, bool trace);
  /// Throws `violation`.
  void run();

 private:
  struct system {
    connector_id id = 0;
    dispatch_options options;
    backlog_limit backlog;
    std::unique_ptr<target> outside;
    std::optional<connector_status> left;   ///< as it was at a clean stop
    bool config_changed = false;            ///< since then
    std::shared_ptr<supervisor_loop> loop;  ///< null: its process is down
  };
  struct request {
    publish_request what;
    bool answered = false;
  };

  // --- world.cpp: the process
  void start_supervisor(system& of);
  void stop_supervisor(system& of);
  void restart_supervisor(system& of);
  void crash();
  void finish_graceful_restart();
  void start_over();
  void read_store_again();
  void read_again(const std::string& event);
  void touch_store();
  void pump_store();
  void limit_backlogs();
  void check();
  void heal();
  void help_along();
  bool drained() const;

  // --- set_up.cpp: what there is and what is sent
  void make_systems();
  dispatch_options draw_options();
  backlog_limit draw_backlog_limit(const dispatch_options& options);
  publish_item make_item(const std::string& id);
  void submit_something();
  void submit_conflict();
  void submit(const std::shared_ptr<request>& what);
  void answered(const std::shared_ptr<request>& what, const publish_result& result);
  bool may_die_at_once(const publish_item& item) const;

  // --- chaos.cpp: what goes wrong, and the operator
  void plan_chaos();
  void break_something();
  void begin_graceful_restart();
  void change_moods(system& of);
  void change_config(system& of);
  void set_wall_clock(milliseconds by);
  void operate();
  void command(system& of, breaker_command what);
  void replay_some(const system& of);
  void discard_one(const system& of);
  void replay(std::vector<dead_letter_id> ids, replay_options options);
  void with_dead_letters(const system& of, delivery_state state,
                         std::function<void(std::vector<dead_letter_id>)> then);
  void outcome_unknown(const std::vector<dead_letter_id>& ids);
  void tell_lanes(const bulk_result& done);
  system& any_system();

  dice random_;
  agenda time_;
  journal log_;
  std::unique_ptr<memory_store> store_;
  std::unique_ptr<ledger> account_;
  std::map<connector_id, system> systems_;
  double shared_rate_ = 0;
  std::shared_ptr<rate_keeper> rate_;  ///< of the process that runs
  std::vector<std::shared_ptr<request>> requests_;
  std::uint64_t events_made_ = 0;
  std::uint64_t lanes_ = 1;
  microseconds message_delay_max_{0};
  bool store_awake_ = false;
  bool store_dirty_ = false;
  bool restarting_ = false;  ///< draining, to be started over
  bool healed_ = false;
};

}  // namespace airtrain::sim
