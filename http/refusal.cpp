#include "http/refusal.hpp"

#include <array>

namespace airtrain::http {
namespace {

struct refusal_row {
  refusal_code code;
  std::string_view name;
  int status;
};

constexpr std::array<refusal_row, refusal_codes> refusal_table{{
    {refusal_code::malformed_request, "malformed_request", 400},
    {refusal_code::tls_required, "tls_required", 400},
    {refusal_code::malformed_request_line, "malformed_request_line", 400},
    {refusal_code::malformed_target, "malformed_target", 400},
    {refusal_code::malformed_header, "malformed_header", 400},
    {refusal_code::malformed_chunks, "malformed_chunks", 400},
    {refusal_code::invalid_host, "invalid_host", 400},
    {refusal_code::invalid_origin, "invalid_origin", 400},
    {refusal_code::invalid_content_length, "invalid_content_length", 400},
    {refusal_code::invalid_transfer_encoding, "invalid_transfer_encoding", 400},
    {refusal_code::origin_not_allowed, "origin_not_allowed", 403},
    {refusal_code::head_timeout, "head_timeout", 408},
    {refusal_code::body_timeout, "body_timeout", 408},
    {refusal_code::body_too_large, "body_too_large", 413},
    {refusal_code::target_too_long, "target_too_long", 414},
    {refusal_code::expectation_failed, "expectation_failed", 417},
    {refusal_code::host_not_served, "host_not_served", 421},
    {refusal_code::too_many_headers, "too_many_headers", 431},
    {refusal_code::head_too_large, "head_too_large", 431},
    {refusal_code::overloaded, "overloaded", 503},
    {refusal_code::not_answered, "not_answered", 503},
    {refusal_code::version_not_supported, "version_not_supported", 505},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < refusal_table.size(); ++i)
    if (static_cast<std::size_t>(refusal_table[i].code) != i) return false;
  return true;
}
static_assert(in_order(), "the table is indexed by code");

}  // namespace

std::string_view to_string(refusal_code code) {
  return refusal_table[static_cast<std::size_t>(code)].name;
}

int status_of(refusal_code code) {
  return refusal_table[static_cast<std::size_t>(code)].status;
}

}  // namespace airtrain::http
