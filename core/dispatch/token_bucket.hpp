#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace airtrain {

/// Limits attempts per second. Holds at most a tenth of a second's worth (at least one), so that a
/// pause cannot be followed by a burst the target did not agree to. Without a rate nothing is
/// limited.
class token_bucket {
 public:
  explicit token_bucket(std::optional<double> rate_per_second);

  bool limited() const { return rate_per_us_ > 0; }
  /// Takes so many tokens at once, at most as it can hold; false: they are not there.
  bool take(std::chrono::microseconds now, std::uint32_t tokens = 1);
  bool available(std::chrono::microseconds now, std::uint32_t tokens = 1) const;
  /// When so many are there; `now` when they are.
  std::chrono::microseconds next(std::chrono::microseconds now, std::uint32_t tokens = 1) const;
  /// Taken and not used.
  void give_back(std::uint32_t tokens);

 private:
  double level(std::chrono::microseconds now) const;

  double rate_per_us_ = 0;
  double capacity_ = 1;
  double tokens_ = 1;
  std::chrono::microseconds at_{0};
  bool started_ = false;
};

}  // namespace airtrain
