#pragma once

#include <memory>
#include <string>
#include <vector>

#include "airtrain/connectors.hpp"
#include "connectors/connector.hpp"

namespace airtrain::embed {

/// Hands attempts to the application's asynchronous connector, one call at a time.
class raw_adapter final : public connector {
 public:
  raw_adapter(std::shared_ptr<raw_connector> system, std::string name)
      : system_(std::move(system)), name_(std::move(name)) {}
  void deliver(std::vector<attempt> attempts) override;
  void stop() override;

 private:
  const std::shared_ptr<raw_connector> system_;
  const std::string name_;
};

}  // namespace airtrain::embed
