#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/call.hpp"
#include "api/context.hpp"

namespace airtrain::api {

/// The number of the connector of that name, an orphan's too.
std::optional<connector_id> connector_named(const context& shared, std::string_view name);

/// "there is no connector ..." with did-you-mean.
std::string no_such_connector(const context& shared, std::string_view name);

/// Goes on with the one event that the path's first value and the parameter `source` name, or
/// refuses the call: not there, or several sources have that id.
void with_event(context& shared, const call_ref& c, std::function<void(event_detail)> next);

}  // namespace airtrain::api
