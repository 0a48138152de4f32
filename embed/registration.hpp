#pragma once

#include <string>
#include <vector>

#include "actors/connector_registration.hpp"
#include "airtrain/connector_options.hpp"

namespace airtrain::embed {

/// The engine's registration, but for its `make`. Throws std::invalid_argument when an expression
/// does not compile or a number is out of its range.
connector_registration registration_of(std::string name, std::vector<std::string> events,
                                       const connector_options& options);

}  // namespace airtrain::embed
