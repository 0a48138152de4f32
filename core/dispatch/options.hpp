#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace airtrain {

/// Options of one connector's dispatcher, with the defaults of the configuration. Filled by
/// config/.

struct retry_options {
  std::chrono::milliseconds initial{1000};
  std::chrono::milliseconds max{std::chrono::hours{1}};
  std::chrono::milliseconds give_up_after{std::chrono::hours{72}};  ///< of reachable time; 0: never
  std::uint32_t max_attempts = 0;  ///< event-scope failures; 0: no limit
  std::chrono::milliseconds retry_after_max{std::chrono::hours{1}};
};

struct breaker_options {
  std::uint32_t consecutive = 5;
  double failure_rate = 0.5;
  std::chrono::milliseconds window{60'000};
  std::uint32_t min_calls = 10;
  std::chrono::milliseconds open{30'000};
  std::chrono::milliseconds open_max{300'000};
  std::uint32_t probes = 3;
};

enum class on_dead_letter : std::uint8_t { proceed, stop };  ///< `continue` in the configuration

/// The limit of attempts in flight is learnt, at most `dispatch_options::concurrency`.
struct adaptive_options {
  bool on = false;
  std::uint32_t min = 1;
  std::optional<std::uint32_t> initial;  ///< unset: `min`
};

/// A rate for all connectors whose `dispatch_options::shared_rate` names it.
struct shared_rate_options {
  std::string name;
  double per_second = 0;
};

struct dispatch_options {
  std::uint32_t concurrency = 8;  ///< attempts in flight at once, at most
  adaptive_options adaptive;
  std::uint32_t window = 256;           ///< deliveries taken from the store and held in memory
  std::size_t window_bytes = 8u << 20;  ///< of event bytes in the window
  std::uint32_t blocked_lanes_max = 100'000;  ///< above it nothing new is taken until some drain
  std::optional<double> rate_per_second;
  std::string shared_rate;  ///< name of the rate that it shares with others; empty: none
  std::chrono::milliseconds attempt_timeout{30'000};
  retry_options retry;
  breaker_options breaker;
  std::uint32_t reject_guard = 20;          ///< 0: off
  std::uint32_t reject_guard_unproven = 5;  ///< while the connector has never delivered
  std::chrono::milliseconds hold_probe_interval{60'000};
  double retry_share = 0.2;  ///< of the slots while fresh work waits, at least 1
  bool ordered = false;
  on_dead_letter dead_letter = on_dead_letter::proceed;
  /// A newer event of the same type replaces the one before it in its lane, if that never went out.
  bool coalesce_latest = false;
  std::chrono::milliseconds expires_after{0};  ///< 0: never
  std::uint64_t config_digest = 0;             ///< of the connector's configuration; 0: unknown
};

}  // namespace airtrain
