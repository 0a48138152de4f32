#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/delivery_engine.hpp"
#include "api/access.hpp"
#include "api/problem.hpp"
#include "http/server.hpp"
#include "store/queries.hpp"

namespace airtrain::api {

/// All figures at one moment, gathered for one scrape.
struct figures {
  std::vector<connector_report> connectors;
  const ingest_telemetry* ingest = nullptr;
  store_figures store;
  http::server_figures server;
  std::array<std::uint64_t, problem_codes> rejected{};
  std::vector<key_use> keys;
  std::int64_t now_ms = 0;
};

/// The figures as Prometheus' metric families. The names are fixed by the interface; labels are
/// connectors and values of enumerations, so that their number is bounded by the configuration.
class figures_collector : public prometheus::Collectable {
 public:
  explicit figures_collector(figures now) : now_(std::move(now)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const figures now_;
};

}  // namespace airtrain::api
