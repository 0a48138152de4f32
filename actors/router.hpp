#pragma once

#include <memory>
#include <vector>

#include "actors/intake.hpp"
#include "actors/telemetry.hpp"
#include "core/routing.hpp"
#include "messages/protocol.hpp"
#include "store/store.hpp"

namespace airtrain {

/// What the router works with.
struct router_setup {
  std::shared_ptr<intake> from;
  std::shared_ptr<const routing_table> table;
  store* to = nullptr;
  std::shared_ptr<ingest_telemetry> telemetry;
  /// Ascending by connector id, as the routes are.
  std::vector<std::pair<connector_id, std::shared_ptr<connector_telemetry>>> connectors;
  bool reject_unrouted = false;
};

/// The actor that takes events from the intake, finds the connectors that want them and has the
/// store keep event and routes. Whole batches: one swap of the intake and one `publish` per turn.
/// Requests are answered by the store's completion, without another hop.
router_actor spawn_router(caf::actor_system& system, router_setup setup);

}  // namespace airtrain
