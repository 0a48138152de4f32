#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "core/backlog_gate.hpp"
#include "core/dispatch/options.hpp"
#include "core/mapping/expression.hpp"

namespace airtrain {

/// What the engine needs to run one connector.
struct connector_registration {
  std::string name;  ///< its identity: keys what is stored
  std::string type;
  std::vector<std::string> events;
  std::optional<expression> when;
  std::optional<expression> lane_key;
  dispatch_options dispatch;
  backlog_limit backlog;
  /// Builds the connector; called again when its supervisor was restarted.
  std::function<std::unique_ptr<connector>()> make;
};

}  // namespace airtrain
