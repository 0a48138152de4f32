#include <fmt/format.h>

#include <charconv>

#include "http/characters.hpp"
#include "http/client.hpp"

namespace airtrain::http {
namespace {

constexpr std::size_t host_bytes_max = 253;

bool is_name(std::string_view host) {
  return !host.empty() && host.size() <= host_bytes_max && std::ranges::all_of(host, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

bool is_bracketed_address(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
  });
}

}  // namespace

result<origin, std::string> parse_origin(std::string_view text) {
  const auto wrong = [text](std::string_view why) {
    return failure(fmt::format("\"{}\": {}", text, why));
  };
  origin parsed;
  if (text.starts_with("https://")) {
    parsed.tls = true;
  } else if (!text.starts_with("http://")) {
    return wrong("expected http:// or https://");
  }
  auto rest = text.substr(parsed.tls ? 8 : 7);
  parsed.port = parsed.tls ? 443 : 80;
  if (rest.find('@') != std::string_view::npos) return wrong("user names do not belong in a URL");
  if (rest.find_first_of("/?#") != std::string_view::npos)
    return wrong("expected nothing behind the host and port");
  const bool bracketed = rest.starts_with('[');
  const auto host_end = bracketed ? rest.find(']') : rest.find(':');
  if (bracketed && host_end == std::string_view::npos) return wrong("a bracket is not closed");
  const auto host = bracketed ? rest.substr(1, host_end - 1) : rest.substr(0, host_end);
  if (!(bracketed ? is_bracketed_address(host) : is_name(host)))
    return wrong("the host is not a name or an address");
  parsed.host = host;
  rest.remove_prefix(std::min(rest.size(), host.size() + (bracketed ? 2 : 0)));
  if (rest.empty()) return parsed;
  const auto digits = rest.substr(1);
  const auto end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, parsed.port);
  if (rest.front() != ':' || !is_digits(digits) || error != std::errc{} || stop != end ||
      parsed.port == 0)
    return wrong("the port is not a number from 1 to 65535");
  return parsed;
}

}  // namespace airtrain::http
