#include "http/request_head.hpp"

#include <charconv>
#include <cstring>

#include "http/characters.hpp"

namespace airtrain::http {
namespace {

/// Takes the next line, without its CRLF, off `rest`.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(line.size() + 2, rest.size()));
  return line;
}

bool is_origin_form(std::string_view target) {
  if (target.empty() || target.front() != '/') return false;
  return std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digits(text.substr(5, 1)) &&
         text[6] == '.' && is_digits(text.substr(7, 1));
}

result<void, refusal> parse_request_line(std::string_view line, const head_limits& limits,
                                         request_head& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return failure(refusal(refusal_code::malformed_request_line, "expected METHOD TARGET VERSION"));
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(head.method))
    return failure(refusal(refusal_code::malformed_request_line, "the method is not a token"));
  if (!is_version(version))
    return failure(refusal(refusal_code::malformed_request_line, "the version is not HTTP/x.y"));
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return failure(
        refusal(refusal_code::version_not_supported, "HTTP/1.0 and HTTP/1.1 are spoken here"));
  if (head.target.size() > limits.target_bytes_max)
    return failure(refusal(refusal_code::target_too_long, "the request target is too long"));
  if (!is_origin_form(head.target))
    return failure(refusal(refusal_code::malformed_target, "the target must be an absolute path"));
  head.http_1_0 = version.back() == '0';
  head.keep_alive = !head.http_1_0;
  return {};
}

result<header, refusal> parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return failure(refusal(refusal_code::malformed_header, "a header line without a colon"));
  const header field{line.substr(0, colon), trim_blanks(line.substr(colon + 1))};
  if (!is_token(field.name))
    return failure(refusal(refusal_code::malformed_header,
                           "a header's name is not a token (folded lines are not accepted)"));
  if (!is_field_value(field.value))
    return failure(
        refusal(refusal_code::malformed_header, "a control character in a header's value"));
  return field;
}

/// What has been seen of the headers that frame the message.
struct framing_headers {
  bool host = false;
  bool transfer_encoding = false;
};

result<void, refusal> take_content_length(std::string_view value, request_head& head) {
  if (head.content_length)
    return failure(refusal(refusal_code::invalid_content_length, "more than one Content-Length"));
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (!is_digits(value) || error != std::errc{} || end != value.data() + value.size())
    return failure(
        refusal(refusal_code::invalid_content_length, "Content-Length is not one number"));
  head.content_length = length;
  return {};
}

result<void, refusal> take_transfer_encoding(std::string_view value, framing_headers& seen,
                                             request_head& head) {
  if (seen.transfer_encoding || head.http_1_0 || !same_ignoring_case(value, "chunked"))
    return failure(refusal(refusal_code::invalid_transfer_encoding,
                           "Transfer-Encoding may only be `chunked`, once, on HTTP/1.1"));
  seen.transfer_encoding = true;
  head.chunked = true;
  return {};
}

result<void, refusal> take_field(const header& field, framing_headers& seen, request_head& head) {
  switch (field.name.size()) {
    case 4:
      if (!same_ignoring_case(field.name, "host")) break;
      if (seen.host) return failure(refusal(refusal_code::invalid_host, "more than one Host"));
      seen.host = true;
      head.host = field.value;
      break;
    case 6:
      if (same_ignoring_case(field.name, "origin")) {
        if (!head.origin.empty())
          return failure(refusal(refusal_code::invalid_origin, "more than one Origin"));
        head.origin = field.value;
      } else if (same_ignoring_case(field.name, "expect")) {
        if (!same_ignoring_case(field.value, "100-continue"))
          return failure(
              refusal(refusal_code::expectation_failed, "only 100-continue can be expected"));
        head.expects_continue = !head.http_1_0;
      }
      break;
    case 10:
      if (!same_ignoring_case(field.name, "connection")) break;
      if (list_has(field.value, "close")) {
        head.keep_alive = false;
      } else if (head.http_1_0 && list_has(field.value, "keep-alive")) {
        head.keep_alive = true;
      }
      break;
    case 14:
      if (same_ignoring_case(field.name, "content-length"))
        return take_content_length(field.value, head);
      break;
    case 17:
      if (same_ignoring_case(field.name, "transfer-encoding"))
        return take_transfer_encoding(field.value, seen, head);
      break;
    default:
      break;
  }
  return {};
}

}  // namespace

head_end head_scanner::scan(std::string_view bytes) {
  if (!bytes.empty() && !is_token(bytes.front())) return head_end::malformed;
  while (position_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + position_, '\n', bytes.size() - position_);
    if (found == nullptr) return head_end::incomplete;
    const auto newline = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (newline == 0 || bytes[newline - 1] != '\r') return head_end::malformed;
    const bool empty_line = newline == position_ + 1;
    position_ = newline + 1;
    if (empty_line) return head_end::complete;
  }
  return head_end::incomplete;
}

result<request_head, refusal> parse_request_head(std::string_view bytes, const head_limits& limits,
                                                 std::vector<header>& fields) {
  fields.clear();
  request_head head;
  if (auto line = parse_request_line(take_line(bytes), limits, head); !line)
    return failure(line.error());
  framing_headers seen;
  for (auto line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
    if (fields.size() == limits.headers_max)
      return failure(refusal(refusal_code::too_many_headers, "too many headers"));
    auto field = parse_field(line);
    if (!field) return failure(field.error());
    if (auto taken = take_field(*field, seen, head); !taken) return failure(taken.error());
    fields.push_back(*field);
  }
  if (!seen.host) return failure(refusal(refusal_code::invalid_host, "a Host header is required"));
  if (head.chunked && head.content_length)
    return failure(refusal(refusal_code::invalid_transfer_encoding,
                           "Transfer-Encoding and Content-Length exclude each other"));
  return head;
}

}  // namespace airtrain::http
