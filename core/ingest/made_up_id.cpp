#include "core/ingest/made_up_id.hpp"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>

namespace airtrain {

std::string made_up_id(std::int64_t accepted_at_ms, std::uint64_t random, std::uint32_t index) {
  const std::array<std::uint64_t, 2> seed{random, index};
  const auto bits = XXH3_128bits(seed.data(), sizeof seed);
  const auto ms = static_cast<std::uint64_t>(accepted_at_ms) & 0xFFFF'FFFF'FFFFu;
  const auto version_and_random = 0x7000u | (bits.high64 & 0xFFFu);
  const auto variant_and_random = 0x8000u | (bits.high64 >> 16 & 0x3FFFu);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", ms >> 16, ms & 0xFFFFu,
                     version_and_random, variant_and_random, bits.low64 & 0xFFFF'FFFF'FFFFu);
}

}  // namespace airtrain
