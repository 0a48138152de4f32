#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ingest/event_reader.hpp"
#include "http/server.hpp"

namespace airtrain::api {

/// Every way in which the API says no. The names, statuses and titles are in one table in
/// problem.cpp; the names are stable.
enum class problem_code : std::uint8_t {
  malformed_json,
  duplicate_key,
  too_deep,
  missing_type,
  invalid_attribute,
  id_too_long,
  too_many_events,
  unsupported_media_type,
  unsupported_content_encoding,
  invalid_parameter,
  invalid_body,
  key_required,
  key_unknown,
  scope_missing,
  not_found,
  no_such_connector,
  method_not_allowed,
  ambiguous_id,
  conflict,
  unrouted,
  overloaded,
  disk_full,
  backlog_full,
  store_failed,
  draining,
  connector_unavailable,
  operation_failed,
};
constexpr std::size_t problem_codes = static_cast<std::size_t>(problem_code::operation_failed) + 1;

std::string_view to_string(problem_code code);
int status_of(problem_code code);

/// An `application/problem+json` answer (RFC 9457). Where it is worth trying again later it says
/// when, by Retry-After.
http::response problem(problem_code code, std::string_view detail);

/// One item of an atomic refusal.
struct item_problem {
  std::uint32_t index = 0;
  int status = 400;
  std::string code;
  std::string detail;
};
/// The refusal of a batch: status and code of the first bad item, and all of them.
http::response refused_batch(const std::vector<item_problem>& items);

/// What the reader of requests found wrong, as an answer.
http::response refused_request(const read_problem& found);

/// The table's code with that name; `invalid_attribute` for an unknown one.
problem_code problem_code_from(std::string_view name);

}  // namespace airtrain::api
