#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/overseer.hpp"
#include "actors/restart_limit.hpp"

namespace airtrain {

/// The overseer from its start to its end. Used by its actor only.
class overseer_state {
 public:
  static inline const char* name = "overseer";
  using pointer = overseer_actor::stateful_pointer<overseer_state>;

  explicit overseer_state(pointer self) : self_(self) {}
  ~overseer_state();  ///< ends the supervisors

  void start(overseer_setup setup);
  void supervisor_ended(const caf::actor_addr& who);
  void restart(std::uint32_t index);
  void owner_unsure(connector_id connector);

  void resume(const resume_connector& order);
  /// Hands an operator's order on to the supervisor that is meant, or answers why it cannot be.
  template <class Order>
  void hand_on(const Order& order);
  void ask_why(const airtrain::ask_why& question);
  void withdraw(const withdraw_deliveries& order);
  void lanes_changed(const airtrain::lanes_changed& change);
  void statuses(const reply<std::vector<connector_status>>& to);
  void drain(const reply<bool>& to);

 private:
  /// One connector's place. Without a supervisor it is failed or about to be started again.
  struct place {
    supervisor_setup setup;
    restart_limit limit;
    std::optional<supervisor_actor> supervisor;
    bool failed = false;
    bool reopening = false;  ///< ended by us, to be started again at once
    std::int64_t down_since_ms = 0;
  };
  place* find(std::string_view connector);
  void start(place& where);
  void tell(const place& where, connector_event::kind what, connector_state state,
            std::string message);
  static connector_status status_without_supervisor(const place& where);

  pointer self_;
  std::vector<place> places_;
  bool draining_ = false;
};

}  // namespace airtrain
