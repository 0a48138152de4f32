#include "actors/supervisor.hpp"

#include <exception>

#include "actors/fetch_reply.hpp"
#include "actors/supervisor_state.hpp"

namespace airtrain {
namespace {

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "threw something that is no std::exception";
  }
}

supervisor_actor::behavior_type run(supervisor_state::pointer self, supervisor_setup setup) {
  self->set_exception_handler([crash = setup.crash](std::exception_ptr& thrown) -> caf::error {
    crash->write(text_of(thrown));
    return caf::sec::runtime_error;
  });
  auto& state = self->state;
  state.start(std::move(setup));
  return {
      [&state](const connector_opened& answer) { state.opened(answer); },
      [&state](const work_available&) { state.work_available(); },
      [&state](const fetch_answered& what) { state.fetched(*what.answer); },
      [&state](const outcomes_ready&) { state.take_outcomes(); },
      [&state](const timer_fired& timer) { state.timer_fired(timer.generation); },
      [&state](const ask_status& question) { question.to(state.status()); },
      [&state](const drain_connector& order) { state.drain(order.to); },
      [&state](const pause_connector& order) { state.pause(order.to); },
      [&state](const resume_connector& order) { state.resume(order.to); },
      [&state](const command_breaker& order) { state.command(order.what, order.to); },
      [&state](const ask_why& question) { state.why(question); },
      [&state](const withdraw_deliveries& order) { state.withdraw(order); },
      [&state](const lanes_changed& change) { state.lanes_changed(change); },
      [&state](const tokens_granted& what) { state.granted(what.tokens); },
  };
}

}  // namespace

supervisor_actor spawn_supervisor(caf::actor_system& system, supervisor_setup setup) {
  return system.spawn(run, std::move(setup));
}

}  // namespace airtrain
