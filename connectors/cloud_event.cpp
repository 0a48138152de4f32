#include "connectors/cloud_event.hpp"

#include <algorithm>

#include "connectors/base64.hpp"
#include "core/json/document.hpp"

namespace airtrain {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(",\"").append(name).append("\":");
  json::append_quoted(out, value);
}

/// A valid JSON text has line breaks only between its values, where a space means the same.
void append_on_one_line(std::string& out, std::string_view json_text) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out += json_text;
  std::replace_if(
      out.begin() + begin, out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

void append_extensions(std::string& out, std::string_view object_text) {
  json::document extensions;
  if (object_text.empty() || !extensions.parse(object_text)) return;
  for (std::uint32_t name = 1; name < extensions.size();) {
    const auto value = name + 1;
    out.append(",").append(extensions.raw(name)).append(":");
    append_on_one_line(out, extensions.raw(value));
    name = extensions.at(value).next;
  }
}

void append_data(std::string& out, const event& what) {
  switch (what.kind()) {
    case data_kind::none:
      return;
    case data_kind::json:
      out += ",\"data\":";
      return append_on_one_line(out, what.data());
    case data_kind::text:
      out += ",\"data\":";
      return json::append_quoted(out, what.data());
    case data_kind::binary:
      out.append(",\"data_base64\":\"").append(base64_encoded(what.data())).append("\"");
  }
}

}  // namespace

void append_cloud_event_line(std::string& out, const event& what) {
  out += "{\"specversion\":\"1.0\"";
  append_member(out, "id", what.id());
  append_member(out, "source", what.source());
  append_member(out, "type", what.type());
  append_member(out, "subject", what.subject());
  append_member(out, "time", what.time());
  append_member(out, "datacontenttype", what.data_content_type());
  append_member(out, "dataschema", what.data_schema());
  append_extensions(out, what.extensions());
  append_data(out, what);
  out += "}\n";
}

}  // namespace airtrain
