#pragma once

#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "messages/event.hpp"

namespace airtrain {

/// An event of the tests with JSON data.
inline event_ref json_event(const std::string& data, const std::string& extensions = {}) {
  event_fields fields;
  fields.id = "e1";
  fields.source = "/test";
  fields.type = "shift_updated";
  fields.extensions = extensions;
  fields.data = data;
  fields.kind = data_kind::json;
  return event::seal(fields);
}

/// Keeps what it is told.
struct recording_sink : outcome_sink {
  std::vector<attempt_outcome> outcomes;
  void push(attempt_outcome outcome) override { outcomes.push_back(std::move(outcome)); }
};

inline attempt_order order_of(event_ref what) {
  attempt_order order;
  order.what.key = {7, 0};
  order.what.event = std::move(what);
  order.with.serial = 3;
  return order;
}

}  // namespace airtrain
