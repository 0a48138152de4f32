#pragma once

#include <string_view>

#include "airtrain/delivery.hpp"
#include "connectors/connector.hpp"

namespace airtrain::embed {

/// What the application sees of a delivery; the views live as long as the delivery's event.
delivery_view view_of(const delivery& what, std::string_view connector);
/// The engine's verdict for what the application says became of it.
verdict verdict_of(delivery_result result);
/// Of an attempt whose code threw.
verdict thrown_verdict(std::string_view message);

}  // namespace airtrain::embed
