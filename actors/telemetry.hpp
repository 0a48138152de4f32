#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "messages/connector_status.hpp"
#include "messages/delivery.hpp"

namespace airtrain {

/// A histogram over powers of 2^(1/4) microseconds, from 1 us to about 2 days. One writer, any
/// number of readers.
class latency_histogram {
 public:
  static constexpr std::size_t buckets = 160;
  void add(std::int64_t us);
  std::uint64_t count() const;
  double sum_seconds() const;
  std::uint64_t bucket(std::size_t index) const;
  static double upper_seconds(std::size_t index);
  /// The value below which `share` (0..1) of the samples lie, in seconds; 0 when empty.
  double quantile(double share) const;

 private:
  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

/// The figures of one connector. Written by its supervisor, read by anyone.
struct connector_telemetry {
  std::string name;
  std::array<std::atomic<std::uint64_t>, 8> attempts_by_class{};  ///< index: answer_class
  std::array<std::atomic<std::uint64_t>, 8> ended_by_state{};     ///< index: delivery_state
  std::array<std::atomic<std::uint64_t>, 5>
      breaker_transitions{};  ///< index: breaker_state entered
  std::atomic<std::uint64_t> lane_missing{0};
  latency_histogram attempt_time;   ///< one exchange
  latency_histogram delivery_time;  ///< accepted to delivered
  std::atomic<std::uint64_t> mailbox_depth{0};
  std::atomic<std::uint64_t> restarts{0};
};

/// The figures of ingest.
struct ingest_telemetry {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::atomic<std::uint64_t> unrouted{0};
  std::atomic<std::uint64_t> conflicts{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::uint64_t> store_failed{0};
  std::atomic<std::uint64_t> router_queue{0};
};

}  // namespace airtrain
