#include "core/ingest/event_reader.hpp"
#include "core/ingest/media_type.hpp"

namespace airtrain {

std::optional<body_form> body_form_of(std::string_view content_type, bool has_ce_headers) {
  // What almost every request says.
  if (content_type == "application/json" && !has_ce_headers) return body_form::plain;
  const auto media_type = media_type_of(content_type);
  if (media_type == "application/cloudevents+json") return body_form::cloudevent;
  if (media_type == "application/cloudevents-batch+json") return body_form::cloudevents_batch;
  if (media_type.starts_with("application/cloudevents")) return std::nullopt;
  if (has_ce_headers) return body_form::binary;
  if (content_type.empty() || media_type == "application/json") return body_form::plain;
  if (media_type == "application/x-ndjson" || media_type == "application/ndjson" ||
      media_type == "application/jsonl")
    return body_form::ndjson;
  return std::nullopt;
}

}  // namespace airtrain
