#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "actors/connector_registration.hpp"
#include "airtrain/connectors.hpp"
#include "airtrain/library_settings.hpp"
#include "airtrain/new_event.hpp"

namespace airtrain::embed {

/// The parts under the library's `integration_manager`: store, actors, HTTP client, in the order in
/// which they depend on each other. Any thread.
class engine {
 public:
  /// Opens the store. Throws std::runtime_error.
  explicit engine(library_settings settings);
  ~engine();

  /// Before `start`. `registration` without its `make`.
  void add(connector_registration registration, std::unique_ptr<simple_connector> system);
  void add(connector_registration registration, std::unique_ptr<raw_connector> system);
  void add(connector_registration registration, custom_http_system system);

  /// Idempotent. Throws std::runtime_error.
  void start();
  using outcome = std::variant<event_accepted, event_refused>;
  void handle(const new_event& event, std::function<void(outcome)> done);
  std::vector<connector_overview> connectors();
  bool drain(std::chrono::milliseconds timeout);

 private:
  struct parts;
  void add(connector_registration registration);
  std::unique_ptr<parts> parts_;
};

}  // namespace airtrain::embed
