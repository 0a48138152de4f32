#pragma once

#include <memory>
#include <string>

#include "airtrain/connectors.hpp"
#include "connectors/connector.hpp"
#include "embed/worker_threads.hpp"

namespace airtrain::embed {

/// The application's blocking connector and its threads; outlives restarts of the supervisor.
class simple_system {
 public:
  simple_system(std::unique_ptr<simple_connector> system, std::uint32_t threads_max)
      : system_(std::move(system)), workers_(threads_max) {}
  void begin(attempt work);

 private:
  const std::unique_ptr<simple_connector> system_;
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
