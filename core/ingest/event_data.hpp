#pragma once

#include <string_view>

#include "core/ingest/event_draft.hpp"

namespace airtrain {

/// Takes bytes that came as they are (a binary-mode body, decoded base64) as the event's data. What
/// the event says is JSON must be JSON; `begins_at` is where the bytes begin in the body.
result<void, read_problem> take_data_bytes(event_draft& draft, std::string_view bytes,
                                           std::size_t begins_at);

}  // namespace airtrain
