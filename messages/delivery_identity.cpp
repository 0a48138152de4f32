#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "messages/delivery.hpp"

namespace airtrain {

std::string delivery_identity(std::string_view source, std::string_view id,
                              std::string_view connector, std::uint16_t part,
                              std::uint32_t key_generation) {
  // Lengths go in front so that no two different tuples make the same text.
  const auto text = fmt::format("{}:{}{}:{}{}:{}{}.{}", source.size(), source, id.size(), id,
                                connector.size(), connector, part, key_generation);
  const auto hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace airtrain
