#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace airtrain {

/// Calls and failures of the last `span`, in buckets of a thirtieth of it: what is forgotten is
/// forgotten a bucket at a time.
class call_window {
 public:
  explicit call_window(std::chrono::microseconds span);

  void add(bool failed, std::chrono::microseconds now);
  void clear();
  std::uint32_t calls() const { return calls_; }
  std::uint32_t failures() const { return failures_; }

 private:
  struct bucket {
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
  };
  void advance(std::chrono::microseconds now);

  static constexpr std::int64_t bucket_count = 30;
  std::array<bucket, bucket_count> buckets_{};
  std::int64_t bucket_us_;
  std::int64_t current_ = 0;  ///< number of the newest bucket since the clock's start
  std::uint32_t calls_ = 0;
  std::uint32_t failures_ = 0;
};

}  // namespace airtrain
