#include "core/dispatch/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace airtrain {
namespace {
constexpr double burst_seconds = 0.1;
// What adding up fractions may miss of a whole token.
constexpr double rounding = 1e-6;
}  // namespace

token_bucket::token_bucket(std::optional<double> rate_per_second) {
  if (!rate_per_second || *rate_per_second <= 0) return;
  rate_per_us_ = *rate_per_second / 1e6;
  capacity_ = std::max(1.0, *rate_per_second * burst_seconds);
  tokens_ = capacity_;
}

double token_bucket::level(std::chrono::microseconds now) const {
  if (!started_) return tokens_;
  const auto passed = static_cast<double>(std::max<std::int64_t>((now - at_).count(), 0));
  return std::min(capacity_, tokens_ + passed * rate_per_us_);
}

bool token_bucket::available(std::chrono::microseconds now, std::uint32_t tokens) const {
  return !limited() || level(now) >= tokens - rounding;
}

bool token_bucket::take(std::chrono::microseconds now, std::uint32_t tokens) {
  if (!limited()) return true;
  const double have = level(now);
  if (have < tokens - rounding) return false;
  tokens_ = std::max(0.0, have - tokens);
  at_ = now;
  started_ = true;
  return true;
}

std::chrono::microseconds token_bucket::next(std::chrono::microseconds now,
                                             std::uint32_t tokens) const {
  if (available(now, tokens)) return now;
  const double missing = tokens - level(now);
  return now +
         std::chrono::microseconds{static_cast<std::int64_t>(std::ceil(missing / rate_per_us_))};
}

void token_bucket::give_back(std::uint32_t tokens) {
  tokens_ = std::min(capacity_, tokens_ + tokens);
}

}  // namespace airtrain
