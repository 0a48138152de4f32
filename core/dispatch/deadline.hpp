#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "messages/delivery.hpp"

namespace airtrain {

/// When a delivery may no longer be sent: the event's `expirytime` extension or the connector's
/// `expires_after` from acceptance, whichever is earlier. Wall clock, ms. Unset: never, or lifted
/// by a replay.
std::optional<std::int64_t> deadline_ms(const delivery& what,
                                        std::chrono::milliseconds expires_after);

/// `expirytime` out of the JSON object of an event's extension attributes. Unset when absent or not
/// an RFC 3339 time.
std::optional<std::int64_t> expiry_time_ms(std::string_view extensions);

}  // namespace airtrain
