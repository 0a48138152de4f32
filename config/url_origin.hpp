#pragma once

#include <string>
#include <string_view>

#include "messages/result.hpp"

namespace airtrain::config {

struct origin_error {
  std::string message;
  std::size_t offset = 0;
};

/// "https://host:port" of a connector's url, which may be mapped behind it. The port is always
/// written, the scheme and host in lower case.
result<std::string, origin_error> url_origin(std::string_view url);

}  // namespace airtrain::config
