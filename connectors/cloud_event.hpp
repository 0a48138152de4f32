#pragma once

#include <string>

#include "messages/event.hpp"

namespace airtrain {

/// Appends the event as one line of CloudEvents 1.0 JSON (structured mode), with its line end.
/// JSON data keeps its bytes, except that line breaks between its values become spaces.
void append_cloud_event_line(std::string& out, const event& what);

}  // namespace airtrain
