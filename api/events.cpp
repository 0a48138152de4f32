#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {

void list_events(context& shared, const call_ref& c) {
  const auto page = page_from(c->query());
  if (!page) return c->refuse(problem_code::invalid_parameter, page.error());
  const auto since = time_from("since", c->query().text("since"));
  if (!since) return c->refuse(problem_code::invalid_parameter, since.error());
  const auto until = time_from("until", c->query().text("until"));
  if (!until) return c->refuse(problem_code::invalid_parameter, until.error());

  event_query query{*page, c->query().text("type"), *since, *until};
  shared.storage().list_events(
      std::move(query),
      then<airtrain::page<event_summary>>(c, [c](const airtrain::page<event_summary>& found) {
        c->answer(list_text(found.items, found.next, write_event_summary));
      }));
}

void show_event(context& shared, const call_ref& c) {
  with_event(shared, c, [c](const event_detail& found) {
    const auto how = c->who().may(scope::payload) ? detail::everything : detail::attributes;
    json_writer out;
    out.begin_object().key("event");
    write_event(out, *found.event, how);
    out.time_or_null("accepted_at", found.event->accepted_at_ms()).key("deliveries").begin_array();
    for (const auto& delivery : found.deliveries) write_delivery(out, *found.event, delivery, how);
    out.end_array().end_object();
    c->answer(out.take());
  });
}

}  // namespace airtrain::api
