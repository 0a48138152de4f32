#pragma once

#include <cstdint>

#include "messages/event.hpp"

namespace airtrain {

/// Tells whether two events with the same id say the same: a hash of what the producer gave, apart
/// from the id itself. Call it before anything is filled in. Stored with de-dupe records: it must
/// not change between versions.
std::uint64_t content_hash(const event_fields& given);

}  // namespace airtrain
