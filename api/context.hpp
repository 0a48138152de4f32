#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>

#include "actors/delivery_engine.hpp"
#include "api/access.hpp"
#include "api/log.hpp"
#include "api/problem.hpp"
#include "api/rate_meter.hpp"
#include "api/turn_submissions.hpp"
#include "http/io_pool.hpp"
#include "http/server.hpp"

namespace airtrain::api {

/// What every route works on. Shared by all I/O threads.
struct context {
  context(delivery_engine& m, http::io_pool& p, logger& l, const http_settings& http)
      : engine(m),
        pool(p),
        log(l),
        access(http.keys),
        behind_proxy(http.behind_proxy),
        events_max(http.max_batch) {
    for (std::size_t i = 0; i < pool.size(); ++i) submissions.emplace_back(engine, pool.at(i));
  }

  store& storage() const { return engine.storage(); }
  void count_rejected(problem_code code, std::size_t events) {
    rejected[static_cast<std::size_t>(code)].fetch_add(events, std::memory_order_relaxed);
  }

  delivery_engine& engine;
  http::io_pool& pool;
  logger& log;
  const access_list access;
  const bool behind_proxy;         ///< it says in X-Forwarded-For who asks
  const std::uint32_t events_max;  ///< per request
  std::function<std::int64_t()> wall_ms;
  std::function<http::server_figures()> server_figures;

  std::deque<turn_submissions> submissions;  ///< by loop

  std::atomic<bool> listening{false};
  std::atomic<bool> draining{false};
  rate_meter rates;
  /// Events refused by ingest, by problem.
  std::array<std::atomic<std::uint64_t>, problem_codes> rejected{};

  flood_gate refusals_logged;
  flood_gate failures_logged;
  /// Requests without a valid key must not fill the audit log.
  flood_gate strangers_audited{60, std::chrono::seconds{1}};
};

}  // namespace airtrain::api
