#include <fmt/format.h>

#include <algorithm>

#include "api/body.hpp"
#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

/// Goes on, on the call's loop, with all connectors in the order of their names.
template <class Next>
void with_reports(context& shared, const call_ref& c, Next next) {
  shared.engine.reports([c, next = std::move(next)](std::vector<connector_report> all) mutable {
    c->loop().post([next = std::move(next), all = std::move(all)]() mutable {
      std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.name < b.name; });
      next(std::move(all));
    });
  });
}

void answer_with_connector(context& shared, const call_ref& c) {
  with_reports(shared, c, [&shared, c](const std::vector<connector_report>& all) {
    for (const auto& one : all) {
      if (one.name != c->path(0)) continue;
      json_writer out;
      write_connector(out, one, shared.wall_ms(), shared.rates.per_second(one.name));
      return c->answer(out.take());
    }
    c->refuse(problem_code::no_such_connector, no_such_connector(shared, c->path(0)));
  });
}

/// The completion of an operator's action on the connector that the path names.
operator_done operated(context& shared, const call_ref& c) {
  return [&shared, c](operator_code code, std::string message) {
    c->loop().post([&shared, c, code, message = std::move(message)] {
      switch (code) {
        case operator_code::done:
          return answer_with_connector(shared, c);
        case operator_code::no_such_connector:
          return c->refuse(problem_code::no_such_connector, no_such_connector(shared, c->path(0)));
        case operator_code::failed:
          return c->refuse(problem_code::connector_unavailable, message);
      }
    });
  };
}

std::optional<breaker_command> breaker_command_from(std::string_view name) {
  if (name == "forced_open") return breaker_command::force_open;
  if (name == "disabled") return breaker_command::disable;
  if (name == "auto") return breaker_command::automatic;
  if (name == "reset") return breaker_command::reset;
  return std::nullopt;
}

}  // namespace

void list_connectors(context& shared, const call_ref& c) {
  const auto page = page_from(c->query());
  if (!page) return c->refuse(problem_code::invalid_parameter, page.error());
  with_reports(shared, c, [&shared, c, page = *page](std::vector<connector_report> all) {
    const auto first = std::upper_bound(
        all.begin(), all.end(), page.after,
        [](const std::string& after, const connector_report& one) { return after < one.name; });
    all.erase(all.begin(), page.after.empty() ? all.begin() : first);
    std::string next;
    if (all.size() > page.limit) {
      all.resize(page.limit);
      next = all.back().name;
    }
    const auto now_ms = shared.wall_ms();
    c->answer(list_text(all, next, [&](json_writer& out, const connector_report& one) {
      write_connector(out, one, now_ms, shared.rates.per_second(one.name));
    }));
  });
}

void show_connector(context& shared, const call_ref& c) {
  answer_with_connector(shared, c);
}

void pause_connector(context& shared, const call_ref& c) {
  c->aims_at(c->path(0));
  shared.engine.pause(c->path(0), operated(shared, c));
}

void resume_connector(context& shared, const call_ref& c) {
  c->aims_at(c->path(0));
  shared.engine.resume(c->path(0), operated(shared, c));
}

void command_breaker(context& shared, const call_ref& c) {
  c->aims_at(c->path(0));
  const auto state = breaker_state_of(c->body());
  if (!state) return c->refuse(problem_code::invalid_body, state.error());
  const auto command = breaker_command_from(*state);
  if (!command)
    return c->refuse(
        problem_code::invalid_body,
        unknown_name("breaker state", *state, {"forced_open", "disabled", "auto", "reset"}));
  c->aims_at(fmt::format("{}: {}", c->path(0), *state));
  shared.engine.breaker(c->path(0), *command, operated(shared, c));
}

}  // namespace airtrain::api
