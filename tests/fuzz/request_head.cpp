// What comes in before a producer is known: the head of a request, whole and in pieces.

#include "http/request_head.hpp"

#include <cstdint>

#include "messages/invariant.hpp"

namespace {

using namespace airtrain::http;

/// As a slow peer has it: a byte at a time. Where the head ends must not depend on it.
head_end scan_slowly(std::string_view bytes, head_scanner& scanner) {
  for (std::size_t seen = 1; seen <= bytes.size(); ++seen) {
    const auto end = scanner.scan(bytes.substr(0, seen));
    if (end != head_end::incomplete) return end;
  }
  return head_end::incomplete;
}

void check(const request_head& head, const std::vector<header>& fields, const head_limits& limits) {
  AIRTRAIN_INVARIANT(!(head.chunked && head.content_length));
  AIRTRAIN_INVARIANT(!(head.chunked && head.http_1_0));
  AIRTRAIN_INVARIANT(head.target.starts_with('/'));
  AIRTRAIN_INVARIANT(head.target.size() <= limits.target_bytes_max);
  AIRTRAIN_INVARIANT(fields.size() <= limits.headers_max);
  for (const auto& [name, value] : fields) {
    AIRTRAIN_INVARIANT(!name.empty() && name.find_first_of(" \t\r\n:") == std::string_view::npos);
    constexpr std::string_view breaks{"\r\n\0", 3};
    AIRTRAIN_INVARIANT(value.find_first_of(breaks) == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t head_bytes_max = 4096;
  if (size > head_bytes_max) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  head_scanner at_once;
  head_scanner slowly;
  const auto end = at_once.scan(bytes);
  AIRTRAIN_INVARIANT(end == scan_slowly(bytes, slowly));
  if (end != head_end::complete) return 0;
  AIRTRAIN_INVARIANT(at_once.size() == slowly.size() && at_once.size() <= size);
  const head_limits limits{.target_bytes_max = 1024, .headers_max = 20};
  std::vector<header> fields;
  const auto head = parse_request_head(bytes.substr(0, at_once.size()), limits, fields);
  if (head)
    check(*head, fields, limits);
  else
    AIRTRAIN_INVARIANT(head.error().status >= 400);
  return 0;
}
