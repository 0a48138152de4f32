#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/in_flight.hpp"
#include "actors/supervisor.hpp"
#include "actors/supervisor_inbox.hpp"
#include "core/dispatch/dispatcher.hpp"

namespace airtrain {

/// A supervisor from its start to its end. Used by its actor only.
class supervisor_state {
 public:
  static inline const char* name = "supervisor";
  using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

  explicit supervisor_state(pointer self) : self_(self) {}
  ~supervisor_state();

  void start(supervisor_setup setup);

  void opened(const connector_opened& answer);
  void work_available();
  void fetched(fetch_reply& answer);
  void take_outcomes();
  void timer_fired(std::uint64_t generation);
  void lanes_changed(const airtrain::lanes_changed& change);
  void withdraw(const withdraw_deliveries& order);
  void drain(const reply<bool>& to);
  void granted(std::uint32_t tokens);

  void pause(const reply<operator_answer>& to);
  void resume(const reply<operator_answer>& to);
  void command(breaker_command what, const reply<operator_answer>& to);
  void why(const ask_why& question);
  connector_status status();

 private:
  instant now() const;
  store& storage() { return *setup_.environment->storage; }

  void open();
  /// Before the store has opened the connector: keeps the order until then, or refuses it where the
  /// store has said no. False: it can be carried out.
  bool put_off(const reply<operator_answer>& to, std::function<void()> order);
  void give_early_orders();
  void tell_changed(const airtrain::lanes_changed& change);

  /// Carries out what the dispatcher has asked for, and what follows from that.
  void perform();
  void settle();
  void send();
  void report();
  void order_tokens();
  std::shared_ptr<fetch_reply> fetch();
  void tell_fetched(fetch_reply& answer);
  void judge(std::vector<attempt_outcome> outcomes);
  void count(const attempt_outcome& outcome, std::int64_t accepted_at_ms);
  void arm_timer();
  void finish_drain();

  pointer self_;
  supervisor_setup setup_;
  std::shared_ptr<supervisor_inbox> inbox_;
  std::unique_ptr<connector> connector_;                ///< null until opened
  std::optional<dispatcher> dispatcher_;                ///< unset until opened
  std::vector<airtrain::lanes_changed> early_changes_;  ///< before that
  std::vector<std::function<void()>> early_orders_;
  std::optional<in_flight> in_flight_;
  std::uint64_t epoch_ = 0;
  std::string open_error_;

  dispatch_actions actions_;
  std::optional<std::chrono::microseconds> wake_at_;   ///< when the dispatcher wants its tick
  std::optional<std::chrono::microseconds> timer_at_;  ///< when the one timer goes off
  std::uint64_t timer_generation_ = 0;
  bool fetching_ = false;
  bool draining_ = false;
  std::vector<reply<bool>> drains_;
};

}  // namespace airtrain
