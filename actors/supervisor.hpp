#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "actors/connector_registration.hpp"
#include "actors/telemetry.hpp"
#include "messages/protocol.hpp"
#include "store/store.hpp"

namespace airtrain {

/// What the process lends to all supervisors.
struct supervisor_environment {
  store* storage = nullptr;
  std::function<std::int64_t()> wall_ms;
  /// See delivery_engine_settings.
  std::function<void(const std::string& connector, const connector_event& what)> on_event;
};

/// Why a supervisor ended, for the overseer that starts the next one.
class crash_note {
 public:
  void write(std::string text) {
    std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  std::string read() const {
    std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

struct supervisor_setup {
  std::shared_ptr<const supervisor_environment> environment;
  std::shared_ptr<const connector_registration> registration;
  connector_id id = 0;
  std::shared_ptr<connector_telemetry> telemetry;
  std::shared_ptr<crash_note> crash;
  std::uint64_t random_seed = 0;
  std::optional<rate_keeper_actor> shared_rate;  ///< set where the connector shares one
};

/// The actor that owns one connector. It decides nothing: facts go to the pure `dispatcher`, the
/// actions that come back are carried out. What it or the connector throws ends it; the overseer
/// starts another, and the store gives out again what was not settled.
supervisor_actor spawn_supervisor(caf::actor_system& system, supervisor_setup setup);

}  // namespace airtrain
