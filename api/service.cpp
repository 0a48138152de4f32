#include "api/service.hpp"

#include "api/context.hpp"
#include "api/ingest.hpp"
#include "api/routes.hpp"

namespace airtrain::api {

service::service(delivery_engine& engine, http::io_pool& pool, logger& log,
                 const http_settings& settings, std::function<std::int64_t()> wall_ms)
    : context_(std::make_shared<context>(engine, pool, log, settings)) {
  context_->wall_ms = std::move(wall_ms);
}

service::~service() = default;

http::handler service::handler() {
  return [&shared = *context_](const http::request& request, http::responder responder) {
    if (request.path == "/v1/events" && request.method == "POST")
      return take_events(shared, request, std::move(responder));
    dispatch(shared, request, std::move(responder));
  };
}

void service::listening(std::function<http::server_figures()> figures) {
  context_->server_figures = std::move(figures);
  context_->listening.store(true);
}

void service::drain() {
  context_->draining.store(true);
}

void service::tick(std::chrono::steady_clock::time_point now) {
  if (!context_->rates.watching()) {
    // The connectors of a process are fixed from its start: asking once is enough.
    std::weak_ptr<context> shared = context_;
    context_->engine.reports([shared](const std::vector<connector_report>& all) {
      const auto alive = shared.lock();
      if (!alive) return;
      std::vector<std::shared_ptr<const connector_telemetry>> telemetry;
      for (const auto& one : all)
        if (one.telemetry) telemetry.push_back(one.telemetry);
      alive->rates.watch(std::move(telemetry));
    });
    return;
  }
  context_->rates.sample(now);
}

}  // namespace airtrain::api
