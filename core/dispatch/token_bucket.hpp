#pragma once

#include <chrono>
#include <optional>

namespace airtrain {

/// Limits attempts per second. Holds at most a tenth of a second's worth (at least one), so that a
/// pause cannot be followed by a burst the target did not agree to. Without a rate nothing is
/// limited.
class token_bucket {
 public:
  explicit token_bucket(std::optional<double> rate_per_second);

  bool limited() const { return rate_per_us_ > 0; }
  /// Takes one token; false: none is there.
  bool take(std::chrono::microseconds now);
  bool available(std::chrono::microseconds now) const;
  /// When the next token is there; `now` when one is.
  std::chrono::microseconds next(std::chrono::microseconds now) const;

 private:
  double level(std::chrono::microseconds now) const;

  double rate_per_us_ = 0;
  double capacity_ = 1;
  double tokens_ = 1;
  std::chrono::microseconds at_{0};
  bool started_ = false;
};

}  // namespace airtrain
