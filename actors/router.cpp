#include "actors/router.hpp"

#include <exception>

#include "actors/routed_batch.hpp"

namespace airtrain {
namespace {

struct router_state {
  static inline const char* name = "router";
  router_setup setup;

  void take_all() {
    std::vector<submission> taken;
    while (setup.from->take(taken)) publish(std::exchange(taken, {}));
  }

  /// An event that cannot be routed must not end the router: its batch is refused.
  void publish(std::vector<submission> taken) {
    setup.telemetry->router_queue.store(taken.size(), std::memory_order_relaxed);
    auto batch = std::make_shared<routed_batch>(std::move(taken));
    try {
      batch->route(setup);
    } catch (const std::exception& thrown) {
      batch->fail(submit_code::store_failed, std::string("routing failed: ") + thrown.what());
    }
    auto requests = batch->to_publish();
    if (requests.empty()) return setup.from->finished(batch->requests());
    setup.to->publish(std::move(requests),
                      [batch, from = setup.from, telemetry = setup.telemetry,
                       connectors = setup.connectors](std::vector<publish_result> results) {
                        batch->answer(results, *telemetry, *connectors);
                        from->finished(batch->requests());
                      });
  }
};

router_actor::behavior_type run(router_actor::stateful_pointer<router_state> self,
                                router_setup setup) {
  self->state.setup = std::move(setup);
  return {[self](const intake_ready&) { self->state.take_all(); }};
}

}  // namespace

router_actor spawn_router(caf::actor_system& system, router_setup setup) {
  return system.spawn(run, std::move(setup));
}

}  // namespace airtrain
