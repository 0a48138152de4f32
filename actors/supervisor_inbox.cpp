#include "actors/supervisor_inbox.hpp"

#include <iterator>

#include "actors/fetch_reply.hpp"

namespace airtrain {

template <class Message>
bool supervisor_inbox::send(Message message) {
  std::optional<supervisor_actor> owner;
  {
    std::lock_guard lock(mutex_);
    owner = owner_;
  }
  if (owner) caf::anon_send(*owner, std::move(message));
  return owner.has_value();
}

void supervisor_inbox::push(attempt_outcome outcome) {
  std::vector<attempt_outcome> one;
  one.push_back(std::move(outcome));
  push_all(std::move(one));
}

void supervisor_inbox::push_all(std::vector<attempt_outcome> outcomes) {
  std::optional<supervisor_actor> to_wake;
  {
    std::lock_guard lock(mutex_);
    if (!owner_ || outcomes.empty()) return;
    if (outcomes_.empty()) {
      to_wake = owner_;
      outcomes_.swap(outcomes);
    } else {
      outcomes_.insert(outcomes_.end(), std::make_move_iterator(outcomes.begin()),
                       std::make_move_iterator(outcomes.end()));
    }
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

bool supervisor_inbox::granted(std::uint32_t tokens) {
  return send(tokens_granted{tokens});
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
