#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "connectors/connector.hpp"
#include "messages/protocol.hpp"

namespace airtrain {

class fetch_reply;

/// The door through which threads outside CAF (I/O loops, the store) reach a supervisor. Outcomes
/// gather in a vector that the supervisor takes whole; it is woken only when the vector was empty.
/// Closed when the supervisor ends: what a connector or the store still holds of it then keeps no
/// actor alive, and late calls are ignored. Any thread, except where noted.
class supervisor_inbox : public outcome_sink {
 public:
  explicit supervisor_inbox(supervisor_actor owner) : owner_(std::move(owner)) {}

  void push(attempt_outcome outcome) override;
  void push_all(std::vector<attempt_outcome> outcomes) override;
  void work_available();
  void opened(connector_opened answer);
  void fetched(std::shared_ptr<fetch_reply> answer);
  /// False: closed, nobody gets them.
  bool granted(std::uint32_t tokens);

  /// The supervisor's side: swaps what has gathered for `empty`.
  void take(std::vector<attempt_outcome>& empty);
  void close();

 private:
  /// False: closed.
  template <class Message>
  bool send(Message message);

  std::mutex mutex_;
  std::optional<supervisor_actor> owner_;  ///< unset once closed
  std::vector<attempt_outcome> outcomes_;
};

}  // namespace airtrain
