#include "core/dispatch/backoff.hpp"

#include <algorithm>

namespace airtrain {
namespace {

std::int64_t draw(std::int64_t most, random_source& random) {
  return std::uniform_int_distribution<std::int64_t>{0, std::max<std::int64_t>(most, 0)}(random);
}

std::int64_t ceiling_ms(const retry_options& options, std::uint32_t n) {
  const std::int64_t initial = std::max<std::int64_t>(options.initial.count(), 1);
  const std::int64_t most = options.max.count();
  const std::uint32_t doublings = std::min(n, 30u);
  // Compared by dividing, so that a long initial delay cannot overflow.
  return initial > (most >> doublings) ? most : initial << doublings;
}

}  // namespace

std::chrono::milliseconds backoff_delay(const retry_options& options, std::uint32_t n,
                                        random_source& random) {
  const std::chrono::milliseconds drawn{draw(ceiling_ms(options, n), random)};
  return std::max(drawn, backoff_floor);
}

std::chrono::milliseconds retry_delay(const retry_options& options, std::uint32_t n,
                                      std::optional<std::int64_t> hint_ms, random_source& random) {
  const auto own = backoff_delay(options, n, random);
  if (!hint_ms || *hint_ms < 0) return own;
  const auto most = options.retry_after_max.count();
  const auto base = std::max(own.count(), std::min(*hint_ms, most));
  return std::chrono::milliseconds{std::min(base + draw(base / 10, random), most)};
}

}  // namespace airtrain
