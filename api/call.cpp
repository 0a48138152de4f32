#include "api/call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/routes.hpp"
#include "http/characters.hpp"

namespace airtrain::api {
namespace {

problem_code problem_of(store_error_code code) {
  switch (code) {
    case store_error_code::overloaded:
      return problem_code::overloaded;
    case store_error_code::disk_full:
      return problem_code::disk_full;
    case store_error_code::write_failed:
      return problem_code::store_failed;
    case store_error_code::closed:
      return problem_code::draining;
    case store_error_code::not_found:
      return problem_code::not_found;
    case store_error_code::none:
    case store_error_code::fenced:
    case store_error_code::damaged:
      break;
  }
  return problem_code::operation_failed;
}

}  // namespace

call::call(context& shared, const route& way, const http::request& request,
           http::responder responder, std::vector<std::string> path_values)
    : shared_(shared),
      way_(way),
      request_(request),
      responder_(std::move(responder)),
      loop_(shared.pool.near()),
      path_values_(std::move(path_values)) {
  // Also of a call that is denied before anything looks at it.
  if (!path_values_.empty()) aims_at(path_values_.front());
}

void call::answer(std::string json, std::string outcome) {
  http::response response;
  response.body = std::move(json);
  send(std::move(response), std::move(outcome));
}

void call::refuse(problem_code code, std::string_view detail) {
  const int status = status_of(code);
  const bool denied = status == 401 || status == 403;
  if (status >= 500)
    shared_.log.limited(shared_.failures_logged, log_level::error, "a request failed",
                        {{"code", std::string{to_string(code)}}, {"detail", std::string{detail}}});
  send(problem(code, detail), denied ? "denied" : fmt::format("failed: {}", to_string(code)));
}

void call::refuse(const store_error& error) {
  refuse(problem_of(error.code), error.message);
}

/// The peer's address; behind a proxy the one that the proxy saw. What a peer claims itself comes
/// before that, in the same line or in one of its own.
std::string call::from() const {
  std::string_view seen;
  for (const auto& field : request_.headers)
    if (shared_.behind_proxy && http::same_ignoring_case(field.name, "x-forwarded-for"))
      seen = field.value;
  if (seen.empty()) return std::string{request_.peer.substr(0, request_.peer.rfind(':'))};
  auto last = seen.substr(seen.rfind(',') + 1);
  last.remove_prefix(std::min(last.find_first_not_of(' '), last.size()));
  return std::string{last};
}

audit_record call::record(std::string outcome) const {
  return {.at_ms = shared_.wall_ms(),
          .who = std::string{who_.name},
          .action = std::string{way_.action},
          .target = target_,
          .from = from(),
          .outcome = std::move(outcome)};
}

void call::send(http::response answer, std::string outcome) {
  if (way_.action.empty()) return responder_.send(std::move(answer));
  if (answer.status == 401 &&
      !shared_.strangers_audited.pass(std::chrono::steady_clock::now()).has_value())
    return responder_.send(std::move(answer));

  auto what = record(std::move(outcome));
  shared_.log.info("an operator acted", {{"who", what.who},
                                         {"action", what.action},
                                         {"target", what.target},
                                         {"from", what.from},
                                         {"outcome", what.outcome}});
  auto sending = std::make_shared<std::pair<http::responder, http::response>>(std::move(responder_),
                                                                              std::move(answer));
  shared_.storage().append_audit(std::move(what), [sending, &shared = shared_](store_error error) {
    if (error.code != store_error_code::none)
      shared.log.limited(shared.failures_logged, log_level::error,
                         "an audit record could not be written", {{"error", error.message}});
    sending->first.send(std::move(sending->second));
  });
}

}  // namespace airtrain::api
