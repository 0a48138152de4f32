#pragma once

#include <cstdint>
#include <string>

namespace airtrain {

/// An id for an event that has none, in the form of a UUID of version 7: time first, then bits made
/// of `random` (a different one for each request) and the event's index in it.
std::string made_up_id(std::int64_t accepted_at_ms, std::uint64_t random, std::uint32_t index);

}  // namespace airtrain
