#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain::embedded {

/// One attempt on record, or the note that a delivery was discarded, or both.
struct remembered {
  delivery_key key;
  bool attempted = true;  ///< `attempt` is set
  bool discarded = false;
  reason why_discarded = reason::none;
  attempt_record attempt;
};

/// The attempts of one connector at events of one block, in one flush. Deltas: a plain success
/// takes 8 to 10 bytes.
std::string encode_attempts(std::uint64_t block, const std::vector<remembered>& what);
/// Nothing when the bytes are not such a row.
std::optional<std::vector<remembered>> decode_attempts(std::uint64_t block, std::string_view bytes);

}  // namespace airtrain::embedded
