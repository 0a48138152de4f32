#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "airtrain/new_event.hpp"
#include "messages/event.hpp"

namespace airtrain::embed {

/// The event as the engine keeps it, checked as one that came over HTTP; or why not.
std::variant<event_ref, event_refused> seal(const new_event& from, std::int64_t now_ms);

}  // namespace airtrain::embed
