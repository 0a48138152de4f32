// Expressions and templates, and the events they are applied to. Input: the expression or template,
// an empty line, then the event's data.

#include <algorithm>
#include <cstdint>

#include "core/json/document.hpp"
#include "core/mapping/template.hpp"
#include "messages/invariant.hpp"

namespace {

using namespace airtrain;

event_ref event_with(std::string_view data) {
  json::document probe;
  event_fields fields;
  fields.id = "e-1";
  fields.source = "/fuzz";
  fields.type = "shift_changed";
  fields.subject = "a subject/with ?marks#";
  fields.time = "2026-11-25T05:00:00Z";
  fields.extensions = R"({"tenant":"north","priority":3})";
  fields.kind = probe.parse(data) ? data_kind::json : data_kind::text;
  fields.data = data;
  return event::seal(fields);
}

void check_json(std::string_view text) {
  json::document again;
  AIRTRAIN_INVARIANT(again.parse(text));
}

void run_expression(std::string_view text, const event_view& event) {
  const auto compiled = expression::compile(text);
  if (!compiled) {
    AIRTRAIN_INVARIANT(compiled.error().offset <= text.size());
    return;
  }
  if (const auto value = compiled->json(event)) check_json(*value);
  static_cast<void>(compiled->truth(event));
  const auto lane = compiled->lane(event);
  AIRTRAIN_INVARIANT(!lane || *lane != no_lane);
}

/// What an event says stays within its segment of the path and adds no header.
void run_text(std::string_view text, const event_view& event) {
  const auto compiled = text_template::compile(text);
  if (!compiled) return;
  const bool clean = text.find_first_of("\r\n") == std::string_view::npos;
  const auto header = compiled->render(event, false);
  if (header && clean) AIRTRAIN_INVARIANT(header->find_first_of("\r\n") == std::string::npos);
  if (const auto url = compiled->render(event, true); url && clean)
    AIRTRAIN_INVARIANT(url->find_first_of("\r\n") == std::string::npos);
}

void run_path(std::string_view text, const event_view& event) {
  if (text.find('}') != std::string_view::npos) return;  // it may end the hole, and go on in text
  const std::string hole = "${" + std::string(text) + "}";
  const auto compiled = text_template::compile("/a/" + hole + hole + "/z");
  if (!compiled) return;
  const auto url = compiled->render(event, true);
  if (!url) return;
  AIRTRAIN_INVARIANT(std::count(url->begin(), url->end(), '/') == 3);
  AIRTRAIN_INVARIANT(url->find("/../") == std::string::npos);
  AIRTRAIN_INVARIANT(url->find("/./") == std::string::npos);
  AIRTRAIN_INVARIANT(url->find_first_of(" ?#\r\n") == std::string::npos);
}

template_member text_member(std::string name, std::string text) {
  template_source source;
  source.what = template_source::kind::text;
  source.text = std::move(text);
  return {std::move(name), std::move(source)};
}

void run_body(std::string_view text, const event_view& event) {
  template_source source;
  source.what = template_source::kind::map;
  source.members.push_back(text_member("a", std::string(text)));
  source.members.push_back(text_member("b", "<" + std::string(text) + ">"));
  const auto compiled = json_template::compile(source);
  if (!compiled) return;
  if (const auto body = compiled->render(event)) check_json(*body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto end = bytes.find("\n\n");
  const auto text = bytes.substr(0, end);
  const auto event_data =
      end == std::string_view::npos ? std::string_view{"{}"} : bytes.substr(end + 2);
  const event_view event{event_with(event_data)};
  run_expression(text, event);
  run_text(text, event);
  run_path(text, event);
  run_body(text, event);
  return 0;
}
