#include "actors/supervisor_inbox.hpp"

#include "actors/fetch_reply.hpp"

namespace airtrain {

template <class Message>
void supervisor_inbox::send(Message message) {
  std::optional<supervisor_actor> owner;
  {
    std::lock_guard lock(mutex_);
    owner = owner_;
  }
  if (owner) caf::anon_send(*owner, std::move(message));
}

void supervisor_inbox::push(attempt_outcome outcome) {
  std::optional<supervisor_actor> to_wake;
  {
    std::lock_guard lock(mutex_);
    if (!owner_) return;
    if (outcomes_.empty()) to_wake = owner_;
    outcomes_.push_back(std::move(outcome));
  }
  if (to_wake) caf::anon_send(*to_wake, outcomes_ready{});
}

void supervisor_inbox::work_available() {
  send(airtrain::work_available{});
}

void supervisor_inbox::opened(connector_opened answer) {
  send(std::move(answer));
}

void supervisor_inbox::fetched(std::shared_ptr<fetch_reply> answer) {
  send(fetch_answered{std::move(answer)});
}

void supervisor_inbox::take(std::vector<attempt_outcome>& empty) {
  std::lock_guard lock(mutex_);
  outcomes_.swap(empty);
}

void supervisor_inbox::close() {
  std::vector<attempt_outcome> dropped;
  std::optional<supervisor_actor> owner;
  std::lock_guard lock(mutex_);
  outcomes_.swap(dropped);
  owner_.swap(owner);
}

}  // namespace airtrain
