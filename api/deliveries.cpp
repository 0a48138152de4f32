#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <memory>
#include <vector>

#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"
#include "api/taken.hpp"

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

/// The name of a shared rate; anything else that a delivery waits for is another one of the same
/// connector, shown as in every list.
std::string id_of(const delivery_detail& delivery, const wait_reason& awaited) {
  if (awaited.id.empty() || awaited.what == "rate_limit") return awaited.id;
  return fmt::format("{}.{}", delivery.connector, awaited.id);
}

std::string why_text(const delivery_detail& delivery, const waits& reasons) {
  json_writer out;
  out.begin_object().member("state", to_string(delivery.state)).key("reason");
  delivery.why == reason::none ? out.null() : out.value(to_string(delivery.why));
  out.key("waits_for").begin_array();
  for (const auto& one : reasons.waits_for) {
    out.begin_object()
        .member("what", one.what)
        .text_or_null("id", id_of(delivery, one))
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
  shared.engine.why(
      delivery.connector_name, delivery.key, delivery.lane,
      [c, delivery](std::optional<waits> reasons) {
        c->loop().post([c, delivery = delivery, reasons = std::move(reasons)]() mutable {
          const bool held_back = reasons && !reasons->waits_for.empty();
          if (held_back && delivery.state == delivery_state::in_flight)
            delivery.state = delivery_state::waiting;
          c->answer(why_text(delivery, reasons.value_or(waits{})));
        });
      });
}

using delivery_page = page<delivery_summary>;
using page_reader = std::function<void(const delivery_page&)>;

void answer_with(const call_ref& c, const delivery_page& found, std::string_view next) {
  c->answer(list_text(found.items, next, write_delivery_summary));
}

/// One page of the store's, of which only those in the state `shown` are kept, where it is set.
void read_page(context& shared, const call_ref& c, delivery_query query,
               std::optional<delivery_state> shown, page_reader next) {
  auto tell_apart = [&shared, c, shown, next = std::move(next)](delivery_page found) {
    const auto page = std::make_shared<delivery_page>(std::move(found));
    std::vector<delivery_detail*> deliveries;
    for (auto& one : page->items) deliveries.push_back(&one.delivery);
    mark_held_back(shared, c, page, deliveries, [page, shown, next] {
      if (shown)
        std::erase_if(page->items,
                      [&](const delivery_summary& one) { return one.delivery.state != *shown; });
      next(*page);
    });
  };
  shared.storage().list_deliveries(std::move(query), then<delivery_page>(c, std::move(tell_apart)));
}

/// First those that a supervisor has taken and holds back, then those that wait on disk.
void list_waiting(context& shared, const call_ref& c, delivery_query query) {
  constexpr std::string_view on_disk = "disk:";
  const bool taken = !query.page.after.starts_with(on_disk);
  query.state = taken ? delivery_state::in_flight : delivery_state::waiting;
  if (!taken) query.page.after.erase(0, on_disk.size());
  read_page(shared, c, query, delivery_state::waiting,
            [&shared, c, taken, query, on_disk](const delivery_page& found) {
              if (!taken)
                return answer_with(c, found,
                                   found.next.empty() ? "" : std::string{on_disk} + found.next);
              if (!found.next.empty()) return answer_with(c, found, found.next);
              if (!found.items.empty()) return answer_with(c, found, on_disk);
              auto rest = query;
              rest.page.after = on_disk;
              list_waiting(shared, c, std::move(rest));
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
  if (query.state == delivery_state::waiting) return list_waiting(shared, c, std::move(query));
  read_page(shared, c, std::move(query), *state,
            [c](const delivery_page& found) { answer_with(c, found, found.next); });
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
