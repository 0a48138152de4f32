#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace airtrain::http {

/// Which names this server answers to. A web page that a browser was lured to can send requests to
/// a loopback service, under its own name (DNS rebinding): such a Host is unknown here. Pure.
class host_check {
 public:
  /// Loopback names and addresses and the listen address are always known.
  host_check(std::string_view listen_address, const std::vector<std::string>& hosts);
  /// `host` as in the header: name or address, with or without a port.
  bool knows(std::string_view host) const;

 private:
  std::vector<std::string> known_;  ///< lower case, without brackets
};

/// The name in a Host header, without port and brackets; empty when it is malformed.
std::string_view host_name(std::string_view host);

/// Whether a browser's Origin is the page of this very host.
bool origin_is(std::string_view origin, std::string_view host);

}  // namespace airtrain::http
