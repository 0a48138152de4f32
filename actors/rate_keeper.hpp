#pragma once

#include <string>

#include "messages/protocol.hpp"

namespace airtrain {

/// Keeps one shared rate: supervisors of the connectors that name it say what they want, and get it
/// in turns as `shared_rate` decides. What is granted to a supervisor that has ended is taken back
/// at once; only a grant already in its mailbox, at most 10 ms of the rate, is lost with it.
rate_keeper_actor spawn_rate_keeper(caf::actor_system& system, double per_second);

}  // namespace airtrain
