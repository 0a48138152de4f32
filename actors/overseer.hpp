#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "actors/supervisor.hpp"

namespace airtrain {

struct overseer_setup {
  std::vector<supervisor_setup> connectors;
  std::uint32_t restarts_max = 5;
  std::chrono::milliseconds restart_window{60'000};
};

/// The actor above all supervisors: starts one per connector, starts it again when it crashed, and
/// leaves it `failed` when it crashes too often, until an operator resumes it. The others never
/// notice. Hands on what is meant for one connector. Its end ends the supervisors.
overseer_actor spawn_overseer(caf::actor_system& system, overseer_setup setup);

}  // namespace airtrain
