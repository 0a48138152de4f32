#include "config/url_origin.hpp"

#include <fmt/format.h>

#include <charconv>

namespace airtrain::config {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool host_characters(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']'))
    return host.size() > 4 &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") ==
               std::string_view::npos;
  return !host.empty() && host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") ==
                              std::string_view::npos;
}

std::optional<unsigned> port_number(std::string_view text) {
  unsigned port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool good = error == std::errc{} && stop == text.data() + text.size();
  return good && port > 0 && port < 65'536 ? std::optional<unsigned>(port) : std::nullopt;
}

}  // namespace

result<std::string, origin_error> url_origin(std::string_view url) {
  const std::size_t colon = url.find("://");
  const std::string scheme = lowered(url.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (scheme != "http" && scheme != "https")
    return failure(origin_error{"must begin with https:// or http://", 0});
  const std::size_t start = colon + 3;
  const std::string_view authority = url.substr(start, url.find_first_of("/?#", start) - start);
  if (const std::size_t mapped = authority.find("${"); mapped != std::string_view::npos)
    return failure(
        origin_error{"the scheme, host and port must be constant, so that an event can't "
                     "choose where credentials go",
                     start + mapped});
  if (const std::size_t user = authority.find('@'); user != std::string_view::npos)
    return failure(origin_error{"credentials belong under `auth`, not into the url", start});
  const std::size_t bracket = authority.rfind(']');
  const std::size_t separator =
      authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string host = lowered(authority.substr(0, separator));
  if (!host_characters(host)) return failure(origin_error{"has no valid host", start});
  unsigned port = scheme == "https" ? 443 : 80;
  if (separator != std::string_view::npos) {
    const auto given = port_number(authority.substr(separator + 1));
    if (!given) return failure(origin_error{"the port must be 1 to 65535", start + separator + 1});
    port = *given;
  }
  return fmt::format("{}://{}:{}", scheme, host, port);
}

}  // namespace airtrain::config
