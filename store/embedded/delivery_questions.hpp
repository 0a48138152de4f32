#pragma once

#include <vector>

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// A delivery to describe, and what is known of where it is.
struct delivery_in_question {
  delivery_key key;
  route to;
  enum class place : std::uint8_t { unknown, parked, elsewhere } where = place::unknown;
};

/// All that is known of one connector's deliveries, in order. Those of one block of the log are
/// read together: ask for many at once, ascending.
result<std::vector<delivery_detail>, store_error> describe_deliveries(
    database& db, const connector_log& connector, const std::vector<delivery_in_question>& all);

}  // namespace airtrain::embedded
