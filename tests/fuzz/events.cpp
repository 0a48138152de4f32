// The bodies that producers send, in all their forms.
// Input: the form (one character), then for `b` (binary mode) header lines up to an empty one, then
// the body.

#include <cstdint>
#include <utility>

#include "core/ingest/event_reader.hpp"
#include "core/json/document.hpp"
#include "messages/invariant.hpp"

namespace {

using namespace airtrain;

body_form form_named(char letter) {
  switch (letter) {
    case 'n':
      return body_form::ndjson;
    case 'c':
      return body_form::cloudevent;
    case 'l':
      return body_form::cloudevents_batch;
    case 'b':
      return body_form::binary;
    default:
      return body_form::plain;
  }
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

std::vector<header_field> take_headers(std::string_view& rest) {
  std::vector<header_field> headers;
  for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      headers.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  return headers;
}

void check(const event& accepted, const reader_limits& limits) {
  AIRTRAIN_INVARIANT(!accepted.type().empty() && !accepted.id().empty());
  AIRTRAIN_INVARIANT(accepted.id().size() <= limits.id_bytes_max);
  AIRTRAIN_INVARIANT(accepted.type().size() <= limits.attribute_bytes_max);
  // What is called JSON is read again by mappings and by whoever is sent it.
  json::document again;
  if (accepted.kind() == data_kind::json) AIRTRAIN_INVARIANT(again.parse(accepted.data()));
  if (!accepted.extensions().empty()) AIRTRAIN_INVARIANT(again.parse(accepted.extensions()));
  const auto restored = event::from_bytes(std::string(accepted.bytes()));
  AIRTRAIN_INVARIANT(restored && restored->data() == accepted.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view body{reinterpret_cast<const char*>(data), size};
  const auto form = form_named(body.front());
  body.remove_prefix(1);
  const auto headers = form == body_form::binary ? take_headers(body) : std::vector<header_field>{};
  std::string_view content_type;
  for (const auto& [name, value] : headers)
    if (name == "Content-Type") content_type = value;
  const reader_limits limits{.id_bytes_max = 64, .attribute_bytes_max = 128, .events_max = 100};
  const reader_defaults defaults{.source = "/airtrain", .idempotency_key = std::nullopt};
  const auto read = read_events(form, content_type, body, headers, limits, defaults);
  AIRTRAIN_INVARIANT(read.events.size() == read.indexes.size());
  AIRTRAIN_INVARIANT(read.events.size() <= limits.events_max);
  for (const auto& problem : read.problems)
    AIRTRAIN_INVARIANT(problem.status >= 400 && !problem.code.empty());
  for (const auto& one : read.events) check(*one.event, limits);
  return 0;
}
