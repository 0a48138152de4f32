#include "messages/connector_status.hpp"

namespace airtrain {

std::string_view to_string(connector_state value) {
  switch (value) {
    case connector_state::running:
      return "running";
    case connector_state::throttled:
      return "throttled";
    case connector_state::open:
      return "open";
    case connector_state::held:
      return "held";
    case connector_state::paused:
      return "paused";
    case connector_state::failed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(breaker_state value) {
  switch (value) {
    case breaker_state::closed:
      return "closed";
    case breaker_state::open:
      return "open";
    case breaker_state::half_open:
      return "half_open";
    case breaker_state::forced_open:
      return "forced_open";
    case breaker_state::disabled:
      return "disabled";
  }
  return "unknown";
}

}  // namespace airtrain
