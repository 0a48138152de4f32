#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "http/client.hpp"
#include "messages/outcome.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// Turns deliveries into requests, in two steps. `render` maps the event: what it makes is frozen
/// with a failed attempt. `request` fills in what is current at each attempt: credentials, the
/// idempotency key, the trace. Immutable; any thread.
class http_request_maker {
 public:
  /// The settings must outlive it.
  http_request_maker(const http_connector_settings& settings, std::string connector);

  /// The mapped parts, or the verdict `reject` with reason `mapping_error`.
  result<rendered_ref, verdict> render(const event_view& event) const;

  http::client_request request(const delivery& what, const event_view& event,
                               const rendered_ref& rendered, std::string_view credentials) const;
  /// The header lines filled in at each attempt, beside the credentials.
  void append_current_headers(std::string& lines, const delivery& what,
                              const event_view& event) const;

  bool url_is_mapped() const { return !settings_.request.url.constant(); }

 private:
  result<std::string, verdict> render_target(const event_view& event) const;
  result<std::string, verdict> render_headers(const event_view& event) const;
  bool sets_header(std::string_view name) const;
  bool parts_are_constant() const;

  const http_connector_settings& settings_;
  std::string connector_;
  bool sets_content_type_ = false;
  bool sets_trace_ = false;
  bool sets_key_ = false;
  rendered_ref constant_;  ///< of JSON events, where nothing depends on the event but the body
};

}  // namespace airtrain
