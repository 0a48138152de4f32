#include <fmt/format.h>

#include <charconv>

#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

result<std::uint16_t, std::string> part_from(const parameters& given) {
  std::uint16_t part = 0;
  if (const auto* text = given.find("part")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), part);
    if (error != std::errc{} || end != text->data() + text->size())
      return failure(std::string{"part must be a number from 0 to 65535"});
  }
  return part;
}

result<std::optional<delivery_state>, std::string> open_state_from(const parameters& given) {
  const auto* text = given.find("state");
  if (!text) return std::optional<delivery_state>{};
  const auto state = delivery_state_from(*text);
  if (state && !ended(*state)) return state;
  return failure(unknown_name("state of a delivery that has not ended", *text,
                              {"pending", "waiting", "in_flight", "orphaned"}));
}

std::string why_text(const delivery_detail& delivery, const waits& reasons) {
  json_writer out;
  out.begin_object().member("state", to_string(delivery.state)).key("reason");
  delivery.why == reason::none ? out.null() : out.value(to_string(delivery.why));
  out.key("waits_for").begin_array();
  for (const auto& one : reasons.waits_for) {
    out.begin_object()
        .member("what", one.what)
        .text_or_null("id", one.id)
        .time_or_null("until", one.until_ms)
        .end_object();
  }
  out.end_array().time_or_null("earliest", reasons.earliest_ms).end_object();
  return out.take();
}

void explain(context& shared, const call_ref& c, const delivery_detail& delivery) {
  if (ended(delivery.state)) return c->answer(why_text(delivery, {}));
  if (delivery.state == delivery_state::orphaned)
    return c->answer(why_text(delivery, {{{"orphaned", "", 0}}, 0}));
  shared.manager.why(delivery.connector_name, delivery.key, delivery.lane,
                     [c, delivery](std::optional<waits> reasons) {
                       c->loop().post([c, delivery, reasons = std::move(reasons)] {
                         c->answer(why_text(delivery, reasons.value_or(waits{})));
                       });
                     });
}

}  // namespace

void list_deliveries(context& shared, const call_ref& c) {
  const auto page = page_from(c->query());
  if (!page) return c->refuse(problem_code::invalid_parameter, page.error());
  const auto state = open_state_from(c->query());
  if (!state) return c->refuse(problem_code::invalid_parameter, state.error());
  delivery_query query{*page, {}, *state};
  if (const auto* name = c->query().find("connector")) {
    query.connector = connector_named(shared, *name);
    if (!query.connector)
      return c->refuse(problem_code::no_such_connector, no_such_connector(shared, *name));
  }
  shared.storage().list_deliveries(
      std::move(query),
      then<airtrain::page<delivery_summary>>(c, [c](const airtrain::page<delivery_summary>& found) {
        c->answer(list_text(found.items, found.next, write_delivery_summary));
      }));
}

void explain_delivery(context& shared, const call_ref& c) {
  const auto part = part_from(c->query());
  if (!part) return c->refuse(problem_code::invalid_parameter, part.error());
  with_event(shared, c, [&shared, c, part = *part](const event_detail& found) {
    for (const auto& delivery : found.deliveries)
      if (delivery.connector_name == c->path(1) && delivery.key.part == part)
        return explain(shared, c, delivery);
    if (connector_named(shared, c->path(1)))
      return c->refuse(problem_code::not_found, "the event was not routed to this connector");
    c->refuse(problem_code::no_such_connector, no_such_connector(shared, c->path(1)));
  });
}

}  // namespace airtrain::api
