#include "actors/telemetry.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace airtrain {
namespace {

/// The first bucket whose upper bound, 2^(index/4) microseconds, is not below `us`.
std::size_t bucket_of(std::int64_t us) {
  if (us <= 1) return 0;
  const auto whole = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(us)) - 1);
  const double over = std::ldexp(static_cast<double>(us), -static_cast<int>(whole));
  std::size_t index = std::size_t{whole} * 4;
  for (const double bound : {1.0, 1.189207115002721, 1.4142135623730951, 1.681792830507429}) {
    if (over <= bound) break;
    ++index;
  }
  return std::min(index, latency_histogram::buckets - 1);
}

void add_as_only_writer(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

}  // namespace

void latency_histogram::add(std::int64_t us) {
  add_as_only_writer(counts_[bucket_of(us)], 1);
  add_as_only_writer(sum_us_, static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0)));
}

std::uint64_t latency_histogram::count() const {
  std::uint64_t all = 0;
  for (const auto& c : counts_) all += c.load(std::memory_order_relaxed);
  return all;
}

double latency_histogram::sum_seconds() const {
  return static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6;
}

std::uint64_t latency_histogram::bucket(std::size_t index) const {
  return counts_[index].load(std::memory_order_relaxed);
}

double latency_histogram::upper_seconds(std::size_t index) {
  return std::exp2(static_cast<double>(index) / 4) / 1e6;
}

double latency_histogram::quantile(double share) const {
  const auto all = count();
  if (all == 0) return 0;
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(all))));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    below += bucket(i);
    if (below >= wanted) return upper_seconds(i);
  }
  return upper_seconds(buckets - 1);
}

}  // namespace airtrain
