#include "core/ingest/event_data.hpp"

#include "core/ingest/media_type.hpp"
#include "core/ingest/problem.hpp"
#include "core/json/utf8.hpp"

namespace airtrain {

result<void, read_problem> take_data_bytes(event_draft& draft, std::string_view bytes,
                                           std::size_t begins_at) {
  if (bytes.empty()) return {};
  const auto content_type = draft.given(attribute::data_content_type);
  const auto media_type = media_type_of(content_type);
  if (content_type.empty() || is_json_media_type(media_type)) {
    json::document document;
    const auto parsed = document.parse(bytes);
    if (parsed) {
      draft.set_data(bytes, data_kind::json);
      return {};
    }
    if (!content_type.empty()) return failure(json_problem(parsed.error(), begins_at));
  }
  const bool text =
      is_text_media_type(media_type) && json::first_invalid_utf8(bytes) == std::string_view::npos;
  draft.set_data(bytes, text ? data_kind::text : data_kind::binary);
  return {};
}

}  // namespace airtrain
