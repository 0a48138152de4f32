#include "api/routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "api/handlers.hpp"

namespace airtrain::api {
namespace {

/// The decoded values of a pattern's places; unset when the path is another one.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> values;
  while (true) {
    const auto pattern_end = pattern.find('/', 1);
    const auto path_end = path.find('/', 1);
    const auto wanted = pattern.substr(0, pattern_end);
    const auto given = path.substr(0, path_end);
    if (wanted == "/{}") {
      auto value = percent_decoded(given.substr(std::min<std::size_t>(1, given.size())), false);
      if (!value || value->empty()) return std::nullopt;
      values.push_back(std::move(*value));
    } else if (wanted != given) {
      return std::nullopt;
    }
    const bool pattern_done = pattern_end == std::string_view::npos;
    const bool path_done = path_end == std::string_view::npos;
    if (pattern_done != path_done) return std::nullopt;
    if (pattern_done) return values;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
}

void refuse_method(http::responder responder, std::string_view method,
                   const std::vector<std::string_view>& allowed) {
  auto answer = problem(problem_code::method_not_allowed,
                        fmt::format("{} is not one of: {}", method, fmt::join(allowed, ", ")));
  answer.headers += fmt::format("Allow: {}\r\n", fmt::join(allowed, ", "));
  responder.send(std::move(answer));
}

/// Who may come in, and with which parameters. Answers the call itself when it may not go on.
bool admitted(context& shared, const call_ref& c) {
  const auto& way = c->way();
  if (way.needs != scope::none) {
    const auto in = shared.access.admit(c->request(), way.needs);
    c->identified(in.who);
    if (in.refused) {
      c->refuse(in.refused->code, in.refused->detail);
      return false;
    }
  }
  auto query = parameters::parse(c->request().query, way.parameters);
  if (!query) {
    c->refuse(problem_code::invalid_parameter, query.error());
    return false;
  }
  c->asked(std::move(*query));
  return true;
}

}  // namespace

void dispatch(context& shared, const http::request& request, http::responder responder) {
  std::vector<std::string_view> allowed;
  if (request.path == "/v1/events") allowed.push_back("POST");
  // The answer to HEAD is that to GET; the server leaves the body out.
  const auto method = request.method == "HEAD" ? "GET" : request.method;
  for (const auto& way : all_routes()) {
    auto values = match(way.pattern, request.path);
    if (!values) continue;
    if (way.method != method) {
      allowed.push_back(way.method);
      if (way.method == "GET") allowed.push_back("HEAD");
      continue;
    }
    const auto c =
        std::make_shared<call>(shared, way, request, std::move(responder), std::move(*values));
    if (admitted(shared, c)) way.handle(shared, c);
    return;
  }
  if (!allowed.empty()) return refuse_method(std::move(responder), request.method, allowed);
  responder.send(problem(problem_code::not_found, "there is nothing at this path"));
}

const std::vector<route>& all_routes() {
  static const std::vector<route> table{
      {"GET", "/livez", scope::none, "", {}, show_liveness},
      {"GET", "/readyz", scope::none, "", {}, show_readiness},
      {"GET", "/metrics", scope::read, "", {}, show_metrics},
      {"GET",
       "/v1/events",
       scope::read,
       "",
       {"type", "since", "until", "limit", "next"},
       list_events},
      {"GET", "/v1/events/{}", scope::read, "", {"source"}, show_event},
      {"GET",
       "/v1/deliveries",
       scope::read,
       "",
       {"connector", "state", "limit", "next"},
       list_deliveries},
      {"GET", "/v1/deliveries/{}/{}/why", scope::read, "", {"source", "part"}, explain_delivery},
      {"POST", "/v1/deliveries/retry", scope::operate, "deliveries.retry", {}, retry_deliveries},
      {"POST",
       "/v1/deliveries/discard",
       scope::operate,
       "deliveries.discard",
       {},
       discard_deliveries},
      {"POST",
       "/v1/deliveries/dead-letter",
       scope::operate,
       "deliveries.dead_letter",
       {},
       dead_letter_deliveries},
      {"POST",
       "/v1/connectors/{}/rerender",
       scope::operate,
       "connector.rerender",
       {},
       rerender_deliveries},
      {"GET", "/v1/connectors", scope::read, "", {"limit", "next"}, list_connectors},
      {"GET", "/v1/connectors/{}", scope::read, "", {}, show_connector},
      {"GET", "/v1/connectors/{}/lanes", scope::read, "", {"state", "limit", "next"}, list_lanes},
      {"GET", "/v1/cluster", scope::read, "", {}, show_cluster},
      {"POST", "/v1/connectors/{}/pause", scope::operate, "connector.pause", {}, pause_connector},
      {"POST",
       "/v1/connectors/{}/resume",
       scope::operate,
       "connector.resume",
       {},
       resume_connector},
      {"POST",
       "/v1/connectors/{}/breaker",
       scope::operate,
       "connector.breaker",
       {},
       command_breaker},
      {"GET",
       "/v1/dead-letters",
       scope::read,
       "",
       {"connector", "type", "reason", "group", "state", "since", "until", "limit", "next"},
       list_dead_letters},
      {"GET", "/v1/dead-letters/{}", scope::read, "", {}, show_dead_letter},
      {"POST",
       "/v1/dead-letters/replay",
       scope::operate,
       "dead_letters.replay",
       {},
       replay_dead_letters},
      {"POST",
       "/v1/dead-letters/discard",
       scope::operate,
       "dead_letters.discard",
       {},
       discard_dead_letters},
      {"GET", "/v1/audit", scope::read, "", {"limit", "next"}, list_audit},
  };
  return table;
}

}  // namespace airtrain::api
