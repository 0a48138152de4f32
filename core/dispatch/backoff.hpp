#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "core/dispatch/options.hpp"

namespace airtrain {

using random_source = std::mt19937_64;

constexpr std::chrono::milliseconds backoff_floor{100};

/// Full jitter: `U(0, min(max, initial * 2^min(n, 30)))`, at least `backoff_floor`. `n` counts from
/// 0. ("Exponential Backoff And Jitter", AWS Architecture Blog.)
std::chrono::milliseconds backoff_delay(const retry_options& options, std::uint32_t n,
                                        random_source& random);

/// The back-off, or the target's hint when that is longer, with up to 10 % on top so that those who
/// were told the same do not come back together; with a hint at most `retry_after_max`.
std::chrono::milliseconds retry_delay(const retry_options& options, std::uint32_t n,
                                      std::optional<std::int64_t> hint_ms, random_source& random);

}  // namespace airtrain
