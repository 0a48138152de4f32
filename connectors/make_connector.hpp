#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/settings.hpp"
#include "connectors/connector.hpp"
#include "connectors/exchange.hpp"
#include "http/client.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// What connectors share: the I/O threads, the HTTP client, the clocks.
struct connector_environment {
  http::io_pool* pool = nullptr;
  http::client* client = nullptr;
  std::function<std::int64_t()> wall_ms;
};

/// Builds the connector of these settings. The error says what is wrong (an unreadable CA file, a
/// path that cannot be opened).
result<std::unique_ptr<connector>, std::string> make_connector(const connector_settings& settings,
                                                               const connector_environment& env);

/// The request an event would become, for `preview`. Secrets are shown as `***`. Of a connector
/// that speaks no HTTP, `method` says what it would do and `url` where.
struct previewed_request {
  bool over_http = true;
  std::string method, url, headers, body;
};
result<previewed_request, std::string> preview_request(const connector_settings& settings,
                                                       event_ref event);

}  // namespace airtrain
