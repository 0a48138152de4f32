#include <fmt/format.h>

#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

std::string id_or_nothing(connector_id connector, bool there, const delivery_key& key) {
  return there ? to_string(dead_letter_id{connector, key}) : std::string{};
}

void write_lane(json_writer& out, connector_id connector, const blocked_lane& lane) {
  out.begin_object()
      .member("lane", fmt::format("{:016x}", lane.lane))
      .member("state", lane.stopped ? "stopped" : "waiting")
      .text_or_null("stopped_by", id_or_nothing(connector, lane.stopped, lane.stopped_by))
      .member("waiting", lane.waiting.size())
      .member("aside", lane.aside_count)
      .text_or_null("first_aside", id_or_nothing(connector, lane.aside_count > 0, lane.first_aside))
      .end_object();
}

}  // namespace

void list_lanes(context& shared, const call_ref& c) {
  const auto page = page_from(c->query());
  if (!page) return c->refuse(problem_code::invalid_parameter, page.error());
  const auto state = c->query().text("state");
  if (!state.empty() && state != "stopped")
    return c->refuse(problem_code::invalid_parameter,
                     unknown_name("state of a lane to ask for", state, {"stopped"}));
  const auto connector = connector_named(shared, c->path(0));
  if (!connector)
    return c->refuse(problem_code::no_such_connector, no_such_connector(shared, c->path(0)));
  shared.storage().list_lanes(
      {*page, *connector, !state.empty()},
      then<airtrain::page<blocked_lane>>(
          c, [c, id = *connector](const airtrain::page<blocked_lane>& found) {
            c->answer(list_text(
                found.items, found.next,
                [id](json_writer& out, const blocked_lane& lane) { write_lane(out, id, lane); }));
          }));
}

}  // namespace airtrain::api
