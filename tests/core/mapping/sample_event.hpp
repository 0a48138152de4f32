#pragma once

#include <string_view>

#include "core/mapping/expression.hpp"
#include "messages/event.hpp"

namespace airtrain {

/// An event with this JSON data (none when empty), seen as expressions see it.
inline event_view event_with(std::string_view data) {
  event_fields fields;
  fields.id = "id-1";
  fields.source = "/hms";
  fields.type = "shift_added";
  fields.time = "2026-01-02T03:04:05Z";
  fields.extensions = R"({"b":true,"n":12.50,"tenant":"v\"a"})";
  fields.data = data;
  fields.kind = data.empty() ? data_kind::none : data_kind::json;
  fields.accepted_at_ms = 1'767'323'045'678;
  return event_view{event::seal(fields)};
}

}  // namespace airtrain
