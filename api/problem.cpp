#include "api/problem.hpp"

#include <fmt/format.h>

#include <array>

#include "api/json_writer.hpp"
#include "messages/invariant.hpp"

namespace airtrain::api {
namespace {

struct problem_row {
  problem_code code;
  std::string_view name;
  int status;
  std::string_view title;
  int retry_after_seconds = 0;  ///< 0: not said
};

constexpr std::array<problem_row, problem_codes> problem_table{{
    {problem_code::malformed_json, "malformed_json", 400, "The body is not valid JSON"},
    {problem_code::duplicate_key, "duplicate_key", 400, "A key occurs twice in one object"},
    {problem_code::too_deep, "too_deep", 400, "The JSON is nested too deeply"},
    {problem_code::missing_type, "missing_type", 400, "The event has no type"},
    {problem_code::invalid_attribute, "invalid_attribute", 400, "An attribute is not valid"},
    {problem_code::id_too_long, "id_too_long", 400, "The event's id is too long"},
    {problem_code::too_many_events, "too_many_events", 413, "The request has too many events"},
    {problem_code::unsupported_media_type, "unsupported_media_type", 415,
     "The content type is not supported"},
    {problem_code::unsupported_content_encoding, "unsupported_content_encoding", 415,
     "The content encoding is not supported"},
    {problem_code::invalid_parameter, "invalid_parameter", 400, "A parameter is not valid"},
    {problem_code::invalid_body, "invalid_body", 400, "The request's body is not valid"},
    {problem_code::key_required, "key_required", 401, "An API key is required"},
    {problem_code::key_unknown, "key_unknown", 401, "The API key is not known"},
    {problem_code::scope_missing, "scope_missing", 403, "The API key may not do this"},
    {problem_code::not_found, "not_found", 404, "There is no such thing"},
    {problem_code::no_such_connector, "no_such_connector", 404, "There is no such connector"},
    {problem_code::method_not_allowed, "method_not_allowed", 405, "The method is not allowed here"},
    {problem_code::ambiguous_id, "ambiguous_id", 409, "Several sources use this id"},
    {problem_code::conflict, "conflict", 409, "The id is known with other content"},
    {problem_code::unrouted, "unrouted", 422, "No connector wants this type"},
    {problem_code::overloaded, "overloaded", 429, "More comes in than can be stored", 1},
    {problem_code::disk_full, "disk_full", 503, "The disk is nearly full", 30},
    {problem_code::backlog_full, "backlog_full", 503, "As much waits for a connector as may", 30},
    {problem_code::store_failed, "store_failed", 503, "The store takes nothing", 5},
    {problem_code::draining, "draining", 503, "The service is stopping", 5},
    {problem_code::connector_unavailable, "connector_unavailable", 503,
     "The connector cannot be told now", 1},
    {problem_code::operation_failed, "operation_failed", 500, "The operation failed"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < problem_table.size(); ++i)
    if (static_cast<std::size_t>(problem_table[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "the table is indexed by code");

const problem_row& row_of(problem_code code) {
  return problem_table[static_cast<std::size_t>(code)];
}

json_writer begin_problem(std::string_view name, std::string_view title, int status,
                          std::string_view detail) {
  json_writer body;
  body.begin_object()
      .member("type", fmt::format("urn:airtrain:problem:{}", name))
      .member("title", title)
      .member("status", status)
      .member("code", name)
      .member("detail", detail);
  return body;
}

http::response finish(json_writer body, int status, int retry_after_seconds) {
  body.end_object();
  http::response answer;
  answer.status = status;
  answer.content_type = "application/problem+json";
  if (retry_after_seconds > 0)
    answer.headers = fmt::format("Retry-After: {}\r\n", retry_after_seconds);
  if (status == 401) answer.headers += "WWW-Authenticate: Bearer\r\n";
  answer.body = body.take();
  return answer;
}

}  // namespace

std::string_view to_string(problem_code code) {
  return row_of(code).name;
}
int status_of(problem_code code) {
  return row_of(code).status;
}

problem_code problem_code_from(std::string_view name) {
  for (const auto& row : problem_table)
    if (row.name == name) return row.code;
  return problem_code::invalid_attribute;
}

http::response problem(problem_code code, std::string_view detail) {
  const auto& row = row_of(code);
  return finish(begin_problem(row.name, row.title, row.status, detail), row.status,
                row.retry_after_seconds);
}

http::response refused_request(const read_problem& found) {
  const auto& row = row_of(problem_code_from(found.code));
  return finish(begin_problem(found.code, row.title, found.status, found.detail), found.status,
                row.retry_after_seconds);
}

http::response refused_batch(const std::vector<item_problem>& items) {
  AIRTRAIN_INVARIANT(!items.empty());
  const auto& first = items.front();
  const auto& row = row_of(problem_code_from(first.code));
  const auto detail =
      fmt::format("nothing was accepted: {} of the events {} refused; the first is at index {}: {}",
                  items.size(), items.size() == 1 ? "was" : "were", first.index, first.detail);
  auto body = begin_problem(first.code, row.title, first.status, detail);
  body.key("errors").begin_array();
  for (const auto& item : items) {
    body.begin_object()
        .member("index", item.index)
        .member("status", item.status)
        .member("code", item.code)
        .member("detail", item.detail)
        .end_object();
  }
  body.end_array();
  return finish(std::move(body), first.status, row.retry_after_seconds);
}

}  // namespace airtrain::api
