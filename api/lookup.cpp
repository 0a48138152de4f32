#include "api/lookup.hpp"

#include <fmt/format.h>

#include <vector>

namespace airtrain::api {

std::optional<connector_id> connector_named(const context& shared, std::string_view name) {
  for (const auto& known : shared.storage().counts())
    if (known.name == name) return known.id;
  return std::nullopt;
}

std::string no_such_connector(const context& shared, std::string_view name) {
  const auto counts = shared.storage().counts();
  for (const auto& known : counts)
    if (known.name == name)
      return fmt::format(
          "\"{}\" is not in the configuration: an orphan delivers nothing; its deliveries wait "
          "until it returns or they are discarded",
          name);
  std::vector<std::string_view> names;
  for (const auto& known : counts) names.push_back(known.name);
  return unknown_name("connector", name, names);
}

void with_event(context& shared, const call_ref& c, std::function<void(event_detail)> next) {
  std::optional<std::string> source;
  if (const auto* given = c->query().find("source")) source = *given;
  auto go_on = [c, next = std::move(next)](std::vector<event_detail> found) {
    if (found.empty()) return c->refuse(problem_code::not_found, "no event with this id is kept");
    if (found.size() == 1) return next(std::move(found.front()));
    std::vector<std::string_view> sources;
    for (const auto& one : found) sources.push_back(one.event->source());
    c->refuse(problem_code::ambiguous_id,
              fmt::format("say which with ?source=; it is one of: {}", fmt::join(sources, ", ")));
  };
  shared.storage().event_details(c->path(0), std::move(source),
                                 then<std::vector<event_detail>>(c, std::move(go_on)));
}

}  // namespace airtrain::api
