#pragma once

#include <string_view>
#include <vector>

#include "core/ingest/event_draft.hpp"

namespace airtrain {

/// Reads a CloudEvent in binary mode: attributes from `ce-*` headers, the body is the data.
result<void, read_problem> read_binary_event(std::string_view content_type, std::string_view body,
                                             const std::vector<header_field>& headers,
                                             event_draft& draft);

}  // namespace airtrain
