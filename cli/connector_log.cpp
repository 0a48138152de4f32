#include "cli/connector_log.hpp"

#include <fmt/format.h>

namespace airtrain {

void connector_log::write(const std::string& connector, const connector_event& what) {
  using kind = connector_event::kind;
  using api::log_level;
  const auto key = fmt::format("{}.{}", what.key.seq, what.key.part);
  const api::log_field name{"connector", connector};
  const api::log_field why{"reason", what.message.empty() ? "none" : what.message};
  switch (what.what) {
    case kind::breaker_changed:
      return log_.limited(states_, log_level::warning, "a circuit breaker changed",
                          {name, {"breaker", std::string{to_string(what.breaker)}}, why});
    case kind::state_changed: {
      const bool well = what.state == connector_state::running;
      return log_.limited(states_, well ? log_level::info : log_level::warning,
                          "a connector's state changed",
                          {name, {"state", std::string{to_string(what.state)}}, why});
    }
    case kind::lane_stopped:
      return log_.limited(lanes_, log_level::warning, "a lane was stopped by a dead letter",
                          {name, {"delivery", key}, why});
    case kind::lane_released:
      return log_.limited(lanes_, log_level::info, "a stopped lane flows again", {name});
    case kind::suspected_poison:
      return log_.limited(states_, log_level::warning, "one delivery alone keeps a circuit open",
                          {name, {"delivery", key}, why});
    case kind::crashed:
      return log_.limited(states_, log_level::error, "a connector crashed and is started again",
                          {name, why});
  }
}

}  // namespace airtrain
