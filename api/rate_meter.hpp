#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/telemetry.hpp"

namespace airtrain::api {

/// Deliveries per second of each connector over the last ten seconds, from counters that only
/// grow. Any thread.
class rate_meter {
 public:
  using clock = std::chrono::steady_clock;

  bool watching() const;
  void watch(std::vector<std::shared_ptr<const connector_telemetry>> connectors);
  /// To be called about once a second.
  void sample(clock::time_point now);
  /// 0 for one that is not watched or was sampled less than twice.
  double per_second(const std::string& connector) const;

 private:
  struct reading {
    clock::time_point at;
    std::uint64_t delivered = 0;
  };
  struct series {
    std::shared_ptr<const connector_telemetry> telemetry;
    std::array<reading, 11> readings{};
    std::size_t count = 0;
    const reading& newest() const { return readings[(count - 1) % readings.size()]; }
    const reading& oldest() const {
      return readings[count > readings.size() ? count % readings.size() : 0];
    }
  };
  mutable std::mutex mutex_;
  std::unordered_map<std::string, series> series_;
};

}  // namespace airtrain::api
