#include "api/shapes.hpp"
#include "connectors/base64.hpp"
#include "messages/delivery.hpp"

namespace airtrain::api {
namespace {

/// Extension attributes are kept as the text of one JSON object; here they join the event's own.
void write_extensions(json_writer& out, std::string_view object) {
  const auto begin = object.find('{');
  const auto end = object.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos) return;
  const auto members = object.substr(begin + 1, end - begin - 1);
  if (members.find('"') != std::string_view::npos) out.raw(members);
}

void write_data(json_writer& out, const event& what) {
  switch (what.kind()) {
    case data_kind::none:
      return;
    case data_kind::json:
      out.key("data").raw(what.data().empty() ? "null" : what.data());
      return;
    case data_kind::text:
      out.member("data", what.data());
      return;
    case data_kind::binary:
      out.member("data_base64", base64_encoded(what.data()));
      return;
  }
}

void write_optional(json_writer& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.member(name, text);
}

void write_attempt(json_writer& out, const attempt_record& what, detail how) {
  out.begin_object()
      .member("n", what.n)
      .time_or_null("at", what.at_ms)
      .member("class", to_string(what.outcome))
      .text_or_null("reason", what.why == reason::none ? "" : to_string(what.why))
      .key("status");
  what.status == 0 ? out.null() : out.value(what.status);
  out.member("seconds", what.took_ms / 1000.0);
  out.text_or_null("answer", how == detail::attributes ? std::string_view{} : what.answer);
  out.end_object();
}

/// The members that lists and details of deliveries share.
void write_delivery_members(json_writer& out, const event& what, const delivery_detail& delivery) {
  out.member("id", to_string(dead_letter_id{delivery.connector, delivery.key}))
      .member("idempotency_key",
              delivery_identity(what.source(), what.id(), delivery.connector_name,
                                delivery.key.part, delivery.history.key_generation))
      .member("connector", delivery.connector_name)
      .member("part", delivery.key.part)
      .member("state", to_string(delivery.state));
  out.key("reason");
  delivery.why == reason::none ? out.null() : out.value(to_string(delivery.why));
}

}  // namespace

void write_event(json_writer& out, const event& what, detail how) {
  out.begin_object()
      .member("specversion", "1.0")
      .member("id", what.id())
      .member("source", what.source())
      .member("type", what.type());
  write_optional(out, "subject", what.subject());
  write_optional(out, "time", what.time());
  write_optional(out, "datacontenttype", what.data_content_type());
  write_optional(out, "dataschema", what.data_schema());
  write_extensions(out, what.extensions());
  if (how == detail::everything) write_data(out, what);
  out.end_object();
}

void write_event_summary(json_writer& out, const event_summary& what) {
  out.begin_object()
      .member("id", what.event->id())
      .member("source", what.event->source())
      .member("type", what.event->type())
      .text_or_null("subject", what.event->subject())
      .text_or_null("time", what.event->time())
      .time_or_null("accepted_at", what.event->accepted_at_ms())
      .member("deliveries", what.deliveries)
      .end_object();
}

void write_delivery(json_writer& out, const event& what, const delivery_detail& delivery,
                    detail how) {
  out.begin_object();
  write_delivery_members(out, what, delivery);
  out.key("attempts").begin_array();
  for (const auto& attempt : delivery.attempts) write_attempt(out, attempt, how);
  out.end_array().time_or_null("next_attempt_at", delivery.next_attempt_ms).end_object();
}

void write_delivery_summary(json_writer& out, const delivery_summary& what) {
  const auto& delivery = what.delivery;
  out.begin_object();
  write_delivery_members(out, *what.event, delivery);
  out.member("event_id", what.event->id())
      .member("source", what.event->source())
      .member("type", what.event->type())
      .time_or_null("accepted_at", what.event->accepted_at_ms())
      .member("attempts", delivery.history.attempts)
      .time_or_null("first_attempt_at", delivery.history.first_attempt_at_ms)
      .time_or_null("last_attempt_at", delivery.history.last_attempt_at_ms)
      .time_or_null("next_attempt_at", delivery.next_attempt_ms)
      .end_object();
}

}  // namespace airtrain::api
