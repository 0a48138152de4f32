#pragma once

#include <cstdint>

#include "core/ingest/event_draft.hpp"
#include "core/json/document.hpp"

namespace airtrain {

/// Reads one event written as a JSON object (the plain shape, or a structured CloudEvent: the plain
/// shape is the same with fewer obligations) into `draft`. `text_begins_at` is the offset of the
/// document's text in the request's body.
result<void, read_problem> read_json_event(const json::document& document, std::uint32_t index,
                                           std::size_t text_begins_at, event_draft& draft);

}  // namespace airtrain
