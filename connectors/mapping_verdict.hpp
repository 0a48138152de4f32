#pragma once

#include <optional>
#include <string_view>

#include "core/mapping/expression.hpp"
#include "messages/verdict.hpp"

namespace airtrain {

/// The verdict on an event that cannot be mapped for this target: rejected, `what` names the part.
verdict mapping_rejected(std::string_view what, const evaluation_error& error);

/// An event that was routed here because `when` could not be evaluated is rejected with the error.
/// Whether `when` is true was settled at routing and is not asked again.
std::optional<verdict> rejected_by_when(const std::optional<expression>& when,
                                        const event_view& event);

}  // namespace airtrain
