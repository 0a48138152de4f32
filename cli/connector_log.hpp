#pragma once

#include <string>

#include "api/log.hpp"
#include "messages/connector_status.hpp"

namespace airtrain {

/// Writes what happens to connectors to the log. Any thread.
class connector_log {
 public:
  explicit connector_log(api::logger& log) : log_(log) {}
  void write(const std::string& connector, const connector_event& what);

 private:
  api::logger& log_;
  /// A bad hour of one target can stop very many lanes.
  api::flood_gate lanes_{20, std::chrono::seconds{1}};
  api::flood_gate states_{100, std::chrono::milliseconds{100}};
};

}  // namespace airtrain
