#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "airtrain/connectors.hpp"
#include "connectors/connector.hpp"
#include "embed/worker_threads.hpp"

namespace airtrain::embed {

/// The application's blocking connector and its threads; outlives restarts of the supervisor.
class simple_system {
 public:
  /// Work that has waited for a thread longer than `timeout`, an attempt's, is dropped: the engine
  /// has given it up and may have sent it again.
  simple_system(std::unique_ptr<simple_connector> system, std::uint32_t threads_max,
                std::chrono::milliseconds timeout)
      : system_(std::move(system)), timeout_(timeout), workers_(threads_max) {}
  void begin(attempt work);

 private:
  const std::unique_ptr<simple_connector> system_;
  const std::chrono::milliseconds timeout_;
  worker_threads workers_;  // after the system: its threads use it
};

/// What the engine delivers to.
class simple_adapter final : public connector {
 public:
  explicit simple_adapter(std::shared_ptr<simple_system> system) : system_(std::move(system)) {}
  void deliver(std::vector<attempt> attempts) override {
    for (auto& work : attempts) system_->begin(std::move(work));
  }

 private:
  const std::shared_ptr<simple_system> system_;
};

}  // namespace airtrain::embed
