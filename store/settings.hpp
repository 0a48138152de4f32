#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace airtrain {

/// Limits and retention of the embedded store. Filled by config/.
struct store_settings {
  std::filesystem::path data_dir;
  std::chrono::milliseconds dedupe_window{std::chrono::hours{24 * 7}};
  std::chrono::milliseconds retention_delivered{std::chrono::hours{24 * 7}};
  std::chrono::milliseconds retention_dead_letters{0};  ///< 0: for ever
  std::chrono::milliseconds retention_attempts{std::chrono::hours{24 * 7}};
  std::uint32_t audit_records_max = 100'000;  ///< the oldest go first
  std::uint64_t retention_max_bytes = 50ull << 30;
  std::uint64_t reserve_bytes = 512ull
                                << 20;  ///< of free disk; the larger of it and the percentage
  double reserve_share = 0.05;
  std::uint64_t cache_bytes = 96ull << 20;
  std::uint32_t commit_events_max = 4096;  ///< per group commit
  std::size_t commit_bytes_max = 8u << 20;
  std::uint32_t queue_events_max = 65'536;  ///< waiting for a commit; above: overloaded
  std::size_t queue_bytes_max = 64u << 20;
  std::uint32_t tail_events_max = 4096;      ///< per connector, fresh events kept in memory
  std::size_t recent_bytes_max = 24u << 20;  ///< of all, committed events kept in memory
  std::uint32_t open_max = 4096;             ///< taken and unsettled, per connector
  std::chrono::milliseconds settle_interval{50};
};

}  // namespace airtrain
