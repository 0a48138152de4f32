#pragma once

#include <memory>
#include <optional>

#include "config/settings.hpp"
#include "connectors/exchange.hpp"
#include "connectors/http_request.hpp"

namespace airtrain {

/// Exchanges of one step: one request, and its answer decides by the connector's rules and the
/// table of docs/semantics.md.
class http_exchange_factory : public exchange_factory {
 public:
  /// The settings' target must be http. `sources`: for secrets to be read again.
  explicit http_exchange_factory(connector_settings settings,
                                 secret_sources sources = process_secrets());
  std::unique_ptr<exchange> make(const attempt_order& order, std::int64_t now_ms) const override;

  const http_request_maker& requests() const { return requests_; }
  const std::shared_ptr<credentials>& shown() const { return credentials_; }
  const std::vector<answer_rule>& rules() const { return target_.answers; }
  const std::optional<expression>& when() const { return settings_.when; }

 private:
  const connector_settings settings_;
  const http_connector_settings& target_;
  const http_request_maker requests_;
  const std::shared_ptr<credentials> credentials_;
};

/// What it means that no answer came.
verdict verdict_on(const http::client_error& error);

}  // namespace airtrain
