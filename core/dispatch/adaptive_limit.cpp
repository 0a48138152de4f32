#include "core/dispatch/adaptive_limit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace airtrain {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t samples_max = 64;
/// Fewer say nothing about quartiles.
constexpr std::size_t round_min = 12;
/// While slow start asks only for a first impression.
constexpr std::size_t starting_round_min = 4;

// What is above the usual by less than these is no reason to stop growing, to shrink.
constexpr double tolerance_share = 0.1, tolerance_us = 5'000;
constexpr double excess_share = 0.4, excess_us = 10'000;

constexpr double throttle_factor = 0.5;
constexpr double drain = 0.9;
constexpr double factor_least = 0.5, factor_most = 0.9;
constexpr double learning_rate = 0.2;
/// Of a round: fewer failures are taken for bad luck that no limit avoids.
constexpr double ceiling_share = 0.1;
/// One round in so many costs half of its goodput.
constexpr unsigned rounds_between_measures = 50;
constexpr int plateau_per_cost = 10;
constexpr std::chrono::microseconds plateau_least = 2s, plateau_most = 10min;

double above(double usual, double share, double least) {
  return usual + std::max(usual * share, least);
}

}  // namespace

adaptive_limit::adaptive_limit(std::uint32_t max, const adaptive_options& options)
    : min_(std::clamp(options.min, 1u, std::max(max, 1u))),
      max_(std::max(max, 1u)),
      limit_(std::clamp<double>(options.initial.value_or(options.min), min_, max_)),
      threshold_(max_) {}

std::uint32_t adaptive_limit::limit() const {
  return static_cast<std::uint32_t>(std::lround(limit_));
}

void adaptive_limit::begun(std::uint32_t in_flight) {
  peak_ = std::max(peak_, in_flight);
}

void adaptive_limit::delivered(std::uint64_t serial, time latency, std::uint64_t next_serial,
                               time now) {
  if (serial < first_serial_) return;
  const auto us = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(latency.count(), 0, std::numeric_limits<std::uint32_t>::max()));
  if (samples_.size() < samples_max)
    samples_.push_back(us);
  else
    samples_[answers_ % samples_max] = us;
  ++answers_;
  end_round_if_full(next_serial, now);
}

void adaptive_limit::failed(std::uint64_t serial, std::uint64_t next_serial, time now) {
  if (serial < first_serial_) return;
  ++failures_;
  ++answers_;
  end_round_if_full(next_serial, now);
}

void adaptive_limit::throttled(std::uint64_t serial, std::uint64_t next_serial, time now,
                               time until) {
  if (serial < first_serial_) return;  // what was in flight together was refused once
  forget_latency_changes();
  // One more than what was borne was tried and refused: that much is borne all the same.
  const bool was_a_try = ceiling_ && limit_ > *ceiling_;
  // Refused again: it costs too much to be tried so often.
  if (peak_ >= limit()) remember_ceiling(now, was_a_try ? 2 * (until - now) : until - now);
  threshold_ = was_a_try ? *ceiling_ : std::max(min_, limit_ * throttle_factor);
  limit_ = min_;
  begin_round(next_serial);
}

void adaptive_limit::restart_low(std::uint64_t next_serial) {
  forget_latency_changes();
  if (!starting()) threshold_ = limit_;
  limit_ = min_;
  begin_round(next_serial);
}

std::size_t adaptive_limit::round_size() const {
  const auto all = static_cast<std::size_t>(limit());
  if (!starting()) return std::max(all, round_min);
  return usual_ ? all : std::max(all, starting_round_min);
}

void adaptive_limit::end_round_if_full(std::uint64_t next_serial, time now) {
  if (answers_ < round_size()) return;
  if (failures_ > 0) {
    const double share = static_cast<double>(failures_) / static_cast<double>(answers_);
    if (share >= ceiling_share && peak_ >= limit()) remember_ceiling(now, time{0});
    forget_latency_changes();
    shrink(1 - share / 2);
  } else {
    judge(latencies_of_round(), now);
  }
  begin_round(next_serial);
}

void adaptive_limit::judge(const latencies& seen, time now) {
  const bool can_tell = answers_ >= starting_round_min;
  if (can_tell && !usual_) learn_from(seen.typical);
  if (measuring_for_) return end_measuring(seen);
  if (const auto before = std::exchange(for_latency_, std::nullopt); before && can_tell)
    if (was_not_ours(*before, seen)) {
      learn_from(seen.typical);
      return measure();
    }
  const bool slow = can_tell && seen.low > above(*usual_, excess_share, excess_us);
  // What is slow with half of the limit in use is not slow because of the limit.
  if (slow && 2 * peak_ >= limit() && limit_ > min_) return shrink_for_latency(seen);
  if (can_tell && learn(seen, slow)) return measure();
  const bool as_usual = !can_tell || seen.typical <= above(*usual_, tolerance_share, tolerance_us);
  if (peak_ < limit()) return;
  if (++rounds_since_measured_ >= rounds_between_measures && !starting()) return measure();
  if (as_usual) grow(now);
}

void adaptive_limit::shrink_for_latency(const latencies& seen) {
  for_latency_ = decrease{limit_, seen.typical};
  const double works_on = *usual_ / seen.typical * drain;
  shrink(std::clamp(works_on, factor_least, factor_most));
  usual_at_ = limit_;
}

/// A queue of ours would have become shorter as the limit did. By less than half of that, and no
/// longer growing: the latency is not of our making.
bool adaptive_limit::was_not_ours(const decrease& before, const latencies& seen) const {
  const double if_ours = before.latency * (1 + limit_ / before.limit) / 2;
  return seen.typical > if_ours && seen.typical <= above(before.latency, tolerance_share, 0);
}

void adaptive_limit::learn_from(double typical) {
  usual_ = typical;
  usual_at_ = limit_;
}

/// True: the target has become faster, and by how much can't be told with this much in flight.
bool adaptive_limit::learn(const latencies& seen, bool slow) {
  if (slow && limit_ <= min_) {
    learn_from(seen.typical);  // with the least in flight nothing of it is our queue
  } else if (!slow && limit_ <= usual_at_) {
    *usual_ += learning_rate * (seen.typical - *usual_);
  } else if (above(seen.high, excess_share, excess_us) < *usual_) {
    learn_from(seen.typical);
    return !starting();
  }
  return false;
}

/// The next round has half of the limit: whether that is faster tells whether the usual holds a
/// queue of ours.
void adaptive_limit::measure() {
  rounds_since_measured_ = 0;
  if (limit_ <= min_) return;
  if (!measuring_for_) measuring_for_ = limit_;
  limit_ = std::max(min_, limit_ / 2);
}

void adaptive_limit::end_measuring(const latencies& seen) {
  const bool faster = above(seen.typical, tolerance_share, tolerance_us) < *usual_;
  if (faster)
    learn_from(seen.typical);
  else
    *usual_ += learning_rate * (seen.typical - *usual_);
  if (faster && limit_ > min_) return measure();
  limit_ = *std::exchange(measuring_for_, std::nullopt);
}

void adaptive_limit::grow(time now) {
  if (ceiling_ && limit_ > *ceiling_) ceiling_.reset();
  double next = starting() ? std::min(2 * limit_, threshold_) : limit_ + 1;
  if (ceiling_ && now < ceiling_until_) next = std::min(next, *ceiling_);
  limit_ = std::min(next, max_);
}

void adaptive_limit::shrink(double factor) {
  limit_ = std::max(min_, limit_ * factor);
  threshold_ = limit_;
}

void adaptive_limit::remember_ceiling(time now, time cost) {
  ceiling_ = std::max(min_, static_cast<double>(limit()) - 1);
  ceiling_until_ = now + std::clamp(plateau_per_cost * cost, plateau_least, plateau_most);
}

/// Back-pressure: what was being found out about latency is off.
void adaptive_limit::forget_latency_changes() {
  for_latency_.reset();
  if (measuring_for_) limit_ = *std::exchange(measuring_for_, std::nullopt);
}

void adaptive_limit::begin_round(std::uint64_t next_serial) {
  first_serial_ = next_serial;
  samples_.clear();
  answers_ = failures_ = 0;
  peak_ = 0;
}

adaptive_limit::latencies adaptive_limit::latencies_of_round() {
  std::sort(samples_.begin(), samples_.end());
  const auto quarter = samples_.size() / 4;
  const auto first = samples_.begin() + static_cast<std::ptrdiff_t>(quarter);
  const auto last = samples_.end() - static_cast<std::ptrdiff_t>(quarter);
  const double sum = std::accumulate(first, last, 0.0);
  return {static_cast<double>(*first), sum / static_cast<double>(last - first),
          static_cast<double>(*(last - 1))};
}

}  // namespace airtrain
