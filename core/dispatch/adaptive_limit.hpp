#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/dispatch/options.hpp"

namespace airtrain {

/// How many attempts one target bears at once, learnt from its answers. Judges in rounds: one ends
/// after as many answers as the limit (12 at least), counting only attempts begun since the last
/// change, so that each round speaks of one limit alone.
///
/// - Additive increase: one more after a round in which the limit was reached and nothing spoke
///   against it. Twice as many below `threshold`: slow start, at the beginning and after a pause
///   (RFC 5681, 3.1).
/// - Multiplicative decrease on a throttle: half, begun anew from the least (RFC 5681, 3.1, as
/// after
///   a time-out). On failures: limit * (1 - failed share / 2) (RFC 8257, 3.3).
/// - On latency clearly above its usual: limit * usual / latency, by Little's law what the target
///   works on at once (the gradient of Netflix' concurrency-limits, Gradient2Limit), and 10 % less,
///   so that a queue of ours drains and the usual is seen again; 0.5 to 0.9.
/// - Where more was refused, that limit is not tried again for ten times the pause it cost (the
///   plateau of RFC 9438, with the time taken from the price); for twice as long when it is
///   refused again.
///
/// "Clearly": three quarters of a round's answers are slower by 40 % and 10 ms than what is usual,
/// the mean of the middle half, so a few slow lanes do not count. The usual is learnt where it was
/// first measured and after each decrease, never while the limit grows beyond: a queue that grows
/// slowly must not become usual, as it does in a moving average. A latency that a decrease does not
/// lower was not our queue: it is the new usual. After that, and once in fifty rounds, one round at
/// half of the limit tells whether the usual holds a queue of ours (as Envoy's adaptive concurrency
/// filter and BBR measure their least round trip).
///
/// Pure; one thread. Serials ascend with the attempts.
class adaptive_limit {
 public:
  using time = std::chrono::microseconds;

  adaptive_limit(std::uint32_t max, const adaptive_options& options);

  std::uint32_t limit() const;

  /// Another attempt was begun: this many are in flight now.
  void begun(std::uint32_t in_flight);
  /// Delivered; `latency` is what the target itself took. `next_serial` is that of the next
  /// attempt.
  void delivered(std::uint64_t serial, time latency, std::uint64_t next_serial, time now);
  /// The target failed.
  void failed(std::uint64_t serial, std::uint64_t next_serial, time now);
  /// The target asked for a pause, which lasts until `until`.
  void throttled(std::uint64_t serial, std::uint64_t next_serial, time now, time until);
  /// After an outage: from the least up to where it was.
  void restart_low(std::uint64_t next_serial);

 private:
  /// A round's, us: the quartiles, and the mean of what lies between them.
  struct latencies {
    double low = 0, typical = 0, high = 0;
  };
  struct decrease {
    double limit = 0, latency = 0;  ///< before it
  };

  bool starting() const { return limit_ < threshold_; }
  std::size_t round_size() const;
  void end_round_if_full(std::uint64_t next_serial, time now);
  void judge(const latencies& seen, time now);
  void grow(time now);
  void shrink(double factor);
  void shrink_for_latency(const latencies& seen);
  bool was_not_ours(const decrease& before, const latencies& seen) const;
  void learn_from(double typical);
  bool learn(const latencies& seen, bool slow);
  void measure();
  void end_measuring(const latencies& seen);
  void forget_latency_changes();
  void remember_ceiling(time now, time cost);
  void begin_round(std::uint64_t next_serial);
  latencies latencies_of_round();

  double min_;
  double max_;
  double limit_;
  double threshold_;               ///< slow start ends here
  std::optional<double> ceiling_;  ///< beyond it more was refused
  time ceiling_until_{0};

  std::optional<double> usual_;          ///< latency, us
  double usual_at_ = 0;                  ///< the limit up to which it is learnt
  std::optional<decrease> for_latency_;  ///< the last change was a decrease for latency

  std::optional<double> measuring_for_;  ///< the limit to go back to
  unsigned rounds_since_measured_ = 0;

  // The round.
  std::uint64_t first_serial_ = 0;
  std::vector<std::uint32_t> samples_;  ///< of the last answers, us; bounded
  std::size_t answers_ = 0;
  std::size_t failures_ = 0;
  std::uint32_t peak_ = 0;  ///< most in flight
};

}  // namespace airtrain
