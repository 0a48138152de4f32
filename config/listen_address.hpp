#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace airtrain::config {

struct listen_address {
  std::string text;  ///< address:port, the address numeric
  bool loopback = false;
};

/// "127.0.0.1:8080", "[::1]:8080" or "localhost:8080". Unset: none of these.
std::optional<listen_address> parse_listen(std::string_view text);

}  // namespace airtrain::config
