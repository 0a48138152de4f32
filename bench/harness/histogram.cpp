#include "bench/harness/histogram.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <bit>

namespace airtrain::harness {

// Below 2^(fine_bits + 1) a value is its own index; above, the exponent picks a row of 64 steps.
std::size_t histogram::index_of(std::uint64_t us) {
  us = std::min<std::uint64_t>(us, (1ull << 36) - 1);
  const unsigned width = static_cast<unsigned>(std::bit_width(us));
  if (width <= fine_bits + 1) return us;
  const unsigned shift = width - fine_bits - 1;
  return (static_cast<std::size_t>(shift) << fine_bits) + (us >> shift);
}

std::uint64_t histogram::upper_of(std::size_t index) {
  if (index < (2u << fine_bits)) return index;
  const auto shift = (index >> fine_bits) - 1;
  return ((index - (shift << fine_bits) + 1) << shift) - 1;
}

void histogram::add(std::uint64_t us) {
  ++counts_[index_of(us)];
  ++count_;
  max_ = std::max(max_, us);
}

void histogram::clear() {
  *this = {};
}

std::uint64_t histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.5));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(upper_of(i), max_);
  }
  return max_;
}

std::string histogram::json() const {
  return fmt::format(R"({{"count":{},"p50":{},"p99":{},"p999":{},"max":{}}})", count_,
                     quantile(0.5), quantile(0.99), quantile(0.999), max_);
}

std::uint64_t monotonic_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

}  // namespace airtrain::harness
