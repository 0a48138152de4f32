#include <arpa/inet.h>

#include "config/sections.hpp"

namespace airtrain::config {
namespace {

struct listen_address {
  bool valid = false;
  bool loopback = false;
};

/// "127.0.0.1:8080", "[::1]:8080" or "localhost:8080".
listen_address parse_listen(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view digits = listen.substr(colon + 1);
  unsigned port = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || stop != digits.data() + digits.size() || port > 65'535) return {};
  std::string host(listen.substr(0, colon));
  if (host == "localhost") return {true, true};
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return {true, (ntohl(v4.s_addr) >> 24) == 127};
  if (!host.starts_with('[') || !host.ends_with(']')) return {};
  host = host.substr(1, host.size() - 2);
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return {};
  return {true, IN6_IS_ADDR_LOOPBACK(&v6) != 0};
}

}  // namespace

void check_exposure(reader& r, const node& root, const http_settings& http) {
  const node* section = root.find("http");
  // Without the section the defaults hold, and they are loopback.
  if (section == nullptr) return;
  const auto inside = r.enter("http");
  const node* listen = section->find("listen");
  const node& at = listen != nullptr ? *listen : *section;
  const listen_address address = parse_listen(http.listen);
  if (!address.valid) {
    const auto in_listen = r.enter("listen");
    return r.problem(at,
                     "must be an address and a port, as in 127.0.0.1:8080, [::1]:8080 or "
                     "0.0.0.0:8080");
  }
  if (http.behind_proxy && http.keys.empty())
    r.problem(*section->find("behind_proxy"), "`behind_proxy` needs `keys`");
  if (http.behind_proxy && http.hosts.empty())
    r.problem(*section->find("behind_proxy"),
              "`behind_proxy` needs `hosts`: the names by which clients call the proxy");
  if (address.loopback || http.insecure) return;
  if (http.keys.empty() || !http.behind_proxy)
    r.problem(at,
              "others than this machine can reach this address: it needs `keys` and "
              "`behind_proxy: true` (with TLS in the proxy), or `insecure: true`");
}

}  // namespace airtrain::config
