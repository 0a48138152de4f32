#include "config/listen_address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace airtrain::config {

std::optional<listen_address> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || stop != digits.data() + digits.size() || port > 65'535)
    return std::nullopt;
  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  listen_address made{host + ":" + std::to_string(port), false};
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    made.loopback = (ntohl(v4.s_addr) >> 24) == 127;
    return made;
  }
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) != 1) return std::nullopt;
  made.loopback = IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return made;
}

}  // namespace airtrain::config
