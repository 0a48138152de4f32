#pragma once

#include <string>

#include "airtrain/connectors.hpp"
#include "connectors/exchange.hpp"

namespace airtrain::embed {

/// Runs the application's exchanges as the engine's.
class exchange_adapter_factory final : public exchange_factory {
 public:
  exchange_adapter_factory(custom_http_system system, std::string name)
      : system_(std::move(system)), name_(std::move(name)) {}
  std::unique_ptr<exchange> make(const attempt_order& order, std::int64_t now_ms) const override;

 private:
  const custom_http_system system_;
  const std::string name_;
};

}  // namespace airtrain::embed
