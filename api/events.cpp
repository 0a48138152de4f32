#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"
#include "api/taken.hpp"

namespace airtrain::api {
namespace {

std::string event_text(const event_detail& what, detail how) {
  json_writer out;
  out.begin_object().key("event");
  write_event(out, *what.event, how);
  out.time_or_null("accepted_at", what.event->accepted_at_ms()).key("deliveries").begin_array();
  for (const auto& delivery : what.deliveries) write_delivery(out, *what.event, delivery, how);
  out.end_array().end_object();
  return out.take();
}

}  // namespace

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
  with_event(shared, c, [&shared, c](event_detail found) {
    const auto shown = std::make_shared<event_detail>(std::move(found));
    std::vector<delivery_detail*> deliveries;
    for (auto& one : shown->deliveries) deliveries.push_back(&one);
    mark_held_back(shared, c, shown, deliveries, [c, shown] {
      const auto how = c->who().may(scope::payload) ? detail::everything : detail::attributes;
      c->answer(event_text(*shown, how));
    });
  });
}

}  // namespace airtrain::api
