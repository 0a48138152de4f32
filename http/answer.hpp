#pragma once

#include <string>
#include <string_view>

#include "http/request_head.hpp"
#include "http/server.hpp"

namespace airtrain::http {

std::string_view reason_phrase(int status);

/// `application/problem+json` (RFC 9457) with the refusal's `code`.
response problem(const refusal& why);

/// What the head of an answer says beside the answer itself.
struct answer_context {
  std::string_view date;  ///< as in the header
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// 1xx, 204 and 304 have neither a body nor its length.
bool has_body(int status);

/// Replaces `out` with the head of `answer`, its last empty line included.
void write_head(std::string& out, const response& answer, const answer_context& context);
/// The same for 202 with JSON of `body_bytes`, from prebuilt pieces.
void write_accepted_head(std::string& out, std::size_t body_bytes, const answer_context& context);

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);

}  // namespace airtrain::http
