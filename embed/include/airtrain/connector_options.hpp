#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace airtrain {
inline namespace v0 {

/// How one connector is treated; the rules are in docs/semantics.md. The defaults are those of the
/// configuration file.
struct connector_options {
  std::uint32_t concurrency = 8;              ///< attempts under way at once; also the threads of a
                                              ///< `simple_connector`
  bool adaptive = false;                      ///< `concurrency` is the most; how many it is at a
                                              ///< time is learnt from the target's answers
  double rate_per_second = 0;                 ///< 0: no limit
  std::string shared_rate{};                  ///< of `library_settings::rate_limits`; empty: none
  std::chrono::milliseconds timeout{30'000};  ///< of an attempt of a `custom_exchange`

  std::chrono::milliseconds retry_initial{1'000};
  std::chrono::milliseconds retry_max{std::chrono::hours{1}};
  std::chrono::milliseconds give_up_after{std::chrono::hours{72}};  ///< of reachable time
  std::uint32_t max_attempts = 0;  ///< that failed for this event alone; 0: no limit

  std::uint32_t breaker_consecutive = 5;
  std::chrono::milliseconds breaker_open{30'000};
  std::chrono::milliseconds breaker_open_max{300'000};

  std::string when{};          ///< expression over the event; empty: all of its types
  std::string ordering_key{};  ///< expression; events with the same value go one after the other
  bool stop_lane_on_dead_letter = false;
  std::chrono::milliseconds expires_after{0};  ///< 0: never
  /// Says which connector this is, with all that its class was built from: anything that changes
  /// with its code or settings. Another version, as any other option here that changes, ends a hold
  /// at the next start.
  std::string version{};
  /// Bytes of events that may wait for it; above them `handle_event` is refused. 0: no limit.
  std::uint64_t backlog_bytes_max = 0;
};

}  // namespace v0
}  // namespace airtrain
