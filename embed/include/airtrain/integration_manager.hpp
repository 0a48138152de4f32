#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "airtrain/connector_options.hpp"
#include "airtrain/connectors.hpp"
#include "airtrain/export.hpp"
#include "airtrain/library_settings.hpp"
#include "airtrain/new_event.hpp"

namespace airtrain {
inline namespace v0 {

/// Carries events durably to every registered system until it has said yes: `airtrain serve`
/// without the HTTP API. Methods may be called from any thread of the application, but not from
/// inside a connector, a callback or the log: those run on the library's own threads, and a
/// blocking call there ends the process with a message (except where noted).
class AIRTRAIN_EXPORT integration_manager {
 public:
  /// Opens the store, and recovers it after a crash. Throws std::runtime_error that names what is
  /// wrong: another process has it, it is damaged, acknowledged events are missing.
  explicit integration_manager(library_settings settings);
  /// Drains for `drain_timeout`, then stops.
  ~integration_manager();
  integration_manager(const integration_manager&) = delete;

  /// Before `start`. `name` keys what is stored and must stay the same over restarts; one given
  /// twice, or an expression that does not compile, throws std::invalid_argument. `events`: exact
  /// types, or prefixes ("shift_*").
  void register_connector(std::string name, std::string event,
                          std::unique_ptr<simple_connector> system, connector_options options = {});
  void register_connector(std::string name, std::vector<std::string> events,
                          std::unique_ptr<simple_connector> system, connector_options options = {});
  void register_connector(std::string name, std::vector<std::string> events,
                          std::unique_ptr<raw_connector> system, connector_options options = {});
  void register_connector(std::string name, std::vector<std::string> events,
                          custom_http_system system, connector_options options = {});

  /// Begins to deliver what an earlier run left. Called by the first `handle_event`.
  void start();

  /// Returns when the event is on disk, with all of its routes. Throws `event_refused`.
  event_accepted handle_event(const new_event& event);
  /// Returns at once; `done` runs exactly once, on a thread of the library, and must not throw. May
  /// be called from anywhere.
  using event_outcome = std::variant<event_accepted, event_refused>;
  void handle_event(const new_event& event, std::function<void(event_outcome)> done);

  std::vector<connector_overview> connectors();

  /// Takes nothing more, starts no attempt, waits for those under way; false: `timeout` passed
  /// first. What waits stays on disk for the next run.
  bool drain(std::chrono::milliseconds timeout);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace v0
}  // namespace airtrain
