#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "http/refusal.hpp"
#include "http/server.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

struct head_limits {
  std::size_t target_bytes_max = 8u << 10;
  std::uint32_t headers_max = 100;
};

/// The start line and what the framing of a message hangs on. Views into the parsed bytes.
struct request_head {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view origin;  ///< empty when absent
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool http_1_0 = false;
};

enum class head_end : std::uint8_t { incomplete, complete, malformed };

/// Looks for the empty line that ends a head, from where it stopped the last time. A line that
/// ends without a carriage return, or bytes that can't start a request, are `malformed` at once:
/// such a peer would else be waited for until its time-out.
class head_scanner {
 public:
  head_end scan(std::string_view bytes);
  std::size_t size() const { return position_; }  ///< of the head, once complete

 private:
  std::size_t position_ = 0;
};

/// Parses a whole head, stricter than RFC 9112 asks where lenience lets two parsers disagree about
/// where a message ends: one Host, one Content-Length of digits, Transfer-Encoding only as
/// `chunked` on HTTP/1.1 and never beside a Content-Length, no folded lines, no control characters.
/// Fills `fields`. Pure.
result<request_head, refusal> parse_request_head(std::string_view head, const head_limits& limits,
                                                 std::vector<header>& fields);

}  // namespace airtrain::http
