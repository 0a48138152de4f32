#include "core/ingest/content_hash.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <string_view>

namespace airtrain {

std::uint64_t content_hash(const event_fields& given) {
  const std::array<std::string_view, 8> fields{
      given.source,      given.type,       given.subject, given.time, given.data_content_type,
      given.data_schema, given.extensions, given.data};
  // Hashing the fields one by one keeps their borders.
  std::array<std::uint64_t, fields.size() + 1> hashes{};
  for (std::size_t i = 0; i < fields.size(); ++i)
    hashes[i] = XXH3_64bits(fields[i].data(), fields[i].size());
  hashes.back() = static_cast<std::uint64_t>(given.kind);
  return XXH3_64bits(hashes.data(), sizeof hashes);
}

}  // namespace airtrain
