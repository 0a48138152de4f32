#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace airtrain::http {

/// Every way in which a request is refused before a handler sees it. Names and statuses are in one
/// table in refusal.cpp; the names are stable, and of one family with those of the API.
enum class refusal_code : std::uint8_t {
  malformed_request,
  tls_required,
  malformed_request_line,
  malformed_target,
  malformed_header,
  malformed_chunks,
  invalid_host,
  invalid_origin,
  invalid_content_length,
  invalid_transfer_encoding,
  origin_not_allowed,
  head_timeout,
  body_timeout,
  body_too_large,
  target_too_long,
  expectation_failed,
  host_not_served,
  too_many_headers,
  head_too_large,
  overloaded,
  not_answered,
  version_not_supported,
};
constexpr std::size_t refusal_codes =
    static_cast<std::size_t>(refusal_code::version_not_supported) + 1;

std::string_view to_string(refusal_code code);
int status_of(refusal_code code);

/// Why a request is not served, and what the producer is told.
struct refusal {
  refusal() = default;
  refusal(refusal_code what, std::string_view why)
      : code(what), status(status_of(what)), detail(why) {}

  refusal_code code = refusal_code::malformed_request;
  int status = 400;
  std::string_view detail;  ///< for people
};

}  // namespace airtrain::http
