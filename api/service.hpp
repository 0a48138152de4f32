#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "actors/delivery_engine.hpp"
#include "api/log.hpp"
#include "config/settings.hpp"
#include "http/io_pool.hpp"
#include "http/server.hpp"

namespace airtrain::api {

struct context;

/// The HTTP API. It must live as long as the server that calls its handler, and what it is given
/// longer still.
class service {
 public:
  service(delivery_engine& engine, http::io_pool& pool, logger& log, const http_settings& settings,
          std::function<std::int64_t()> wall_ms);
  ~service();

  /// Answers every request. Runs on the loop of the connection.
  http::handler handler();

  /// The server is up: `/readyz` says so from here on, and its figures are among the metrics.
  void listening(std::function<http::server_figures()> figures);
  /// `/readyz` fails and nothing is taken in from here on.
  void drain();
  /// Samples the rates. To be called about once a second, from any one thread.
  void tick(std::chrono::steady_clock::time_point now);

 private:
  std::shared_ptr<context> context_;
};

}  // namespace airtrain::api
