#pragma once

#include <optional>
#include <string_view>

#include "bench/harness/peer_loop.hpp"

namespace airtrain::bench {

/// How a stand-in treats a request.
enum class conduct {
  ok,        ///< 200
  fail,      ///< 500
  throttle,  ///< 429, Retry-After: 1
  hang,      ///< no answer, ever
  reset,     ///< the connection is closed without an answer
  garbage,   ///< noise instead of HTTP
  flood,     ///< a body that never ends
  down,      ///< nobody listens
};
std::optional<conduct> conduct_of(std::string_view name);

/// Answers one request in that way.
void answer(harness::peer& to, conduct how);

}  // namespace airtrain::bench
