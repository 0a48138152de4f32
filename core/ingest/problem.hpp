#pragma once

#include <string>
#include <string_view>

#include "core/ingest/event_reader.hpp"
#include "core/json/document.hpp"

namespace airtrain {

/// A problem of the event at hand; the index is added by who knows it.
inline auto wrong(std::string code, std::string detail) {
  return failure(read_problem{std::nullopt, 400, std::move(code), std::move(detail)});
}

/// `text` from a request as it may appear in an error: quoted, escaped, cut to a readable length.
std::string shown(std::string_view text);

/// A JSON error, its offset moved by where the text begins in the body.
read_problem json_problem(const json::parse_error& error, std::size_t text_begins_at);

}  // namespace airtrain
