#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "messages/delivery.hpp"
#include "messages/verdict.hpp"

namespace airtrain {

/// Allows one attempt. The generation is the breaker's at the time of the permit: an answer that
/// carries an older one still settles its delivery but does not move the breaker.
struct permit {
  std::uint64_t generation = 0;
  std::uint64_t serial =
      0;               ///< unique per supervisor life: a late answer can't judge a later attempt
  bool probe = false;  ///< sent to find out whether the target is back
};

/// What a connector is asked to do: one exchange with the target for one delivery.
struct attempt_order {
  delivery what;
  permit with;
};

/// What came of it. Exactly one per order.
struct attempt_outcome {
  delivery_key key;
  permit with;
  verdict result;
  rendered_ref rendered;  ///< the mapped parts that were sent; null when nothing was rendered
  std::int64_t started_wall_ms = 0;
  std::chrono::microseconds took{0};
  /// What of it the target needed to answer: without what waited, connected or was rendered on our
  /// side. Unset: the connector cannot tell.
  std::optional<std::chrono::microseconds> answered_in;
};

}  // namespace airtrain
