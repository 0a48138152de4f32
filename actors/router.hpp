#pragma once

#include <memory>
#include <vector>

#include "actors/intake.hpp"
#include "actors/telemetry.hpp"
#include "core/routing.hpp"
#include "messages/protocol.hpp"
#include "store/store.hpp"

namespace airtrain {

/// The figures of all connectors, ascending by id, as the routes are.
using connector_figures =
    std::vector<std::pair<connector_id, std::shared_ptr<connector_telemetry>>>;

/// What the router works with.
struct router_setup {
  std::shared_ptr<intake> from;
  std::shared_ptr<const routing_table> table;
  store* to = nullptr;
  std::shared_ptr<ingest_telemetry> telemetry;
  std::shared_ptr<const connector_figures> connectors;
  bool reject_unrouted = false;
};

/// The actor that takes events from the intake, finds the connectors that want them and has the
/// store keep event and routes. Whole batches: one swap of the intake and one `publish` per turn.
/// Requests are answered by the store's completion, without another hop.
router_actor spawn_router(caf::actor_system& system, router_setup setup);

}  // namespace airtrain
