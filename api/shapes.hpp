#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/delivery_engine.hpp"
#include "api/json_writer.hpp"
#include "messages/event.hpp"
#include "store/queries.hpp"

namespace airtrain::api {

/// How the values of the system look in the API.

/// What of a payload is shown.
enum class detail : std::uint8_t {
  attributes,  ///< no bodies and no answers of targets: they may hold anything
  answers,     ///< attributes and answers, which are short
  everything,
};

/// A CloudEvent in its JSON format; data comes out byte for byte.
void write_event(json_writer& out, const event& what, detail how);
void write_event_summary(json_writer& out, const event_summary& what);
/// With its attempts.
void write_delivery(json_writer& out, const event& what, const delivery_detail& delivery,
                    detail how);
void write_delivery_summary(json_writer& out, const delivery_summary& what);
void write_dead_letter(json_writer& out, const dead_letter& what, detail how);
void write_connector(json_writer& out, const connector_report& what, std::int64_t now_ms,
                     double rate_per_second);
void write_audit_record(json_writer& out, const audit_record& what);

/// Since the oldest delivery that has not ended was accepted; 0: there is none.
double oldest_pending_seconds(const connector_counts& counts, std::int64_t now_ms);

/// `{"items": [...], "next": ...}`, each item written by `write`.
template <class Items, class Write>
std::string list_text(const Items& items, std::string_view next, Write write) {
  json_writer out;
  out.begin_object().key("items").begin_array();
  for (const auto& item : items) write(out, item);
  out.end_array().text_or_null("next", next).end_object();
  return out.take();
}

}  // namespace airtrain::api
