#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace airtrain::harness {

/// Counts durations in microseconds, within 1.6 % of their value, up to 2^36 us (19 h).
class histogram {
 public:
  void add(std::uint64_t us);
  void clear();
  std::uint64_t count() const { return count_; }
  /// The value below which `share` (0..1) of the samples lie; 0 when empty.
  std::uint64_t quantile(double share) const;
  std::uint64_t max() const { return max_; }
  /// {"count":..,"p50":..,"p99":..,"p999":..,"max":..}, in microseconds.
  std::string json() const;

 private:
  static constexpr unsigned fine_bits = 6;  // 64 steps within each power of two
  static std::size_t index_of(std::uint64_t us);
  static std::uint64_t upper_of(std::size_t index);

  std::array<std::uint64_t, (37 - fine_bits) << fine_bits> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

/// CLOCK_MONOTONIC in microseconds: comparable between processes of one machine.
std::uint64_t monotonic_us();

}  // namespace airtrain::harness
