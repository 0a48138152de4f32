#pragma once

#include <chrono>
#include <cstdint>

namespace airtrain {

/// One moment on both clocks. Passed as an argument wherever time matters, so that everything below
/// the actors runs under virtual time.
struct instant {
  std::chrono::microseconds steady{0};  ///< monotonic, since an arbitrary start; for all delays
  std::int64_t wall_ms = 0;             ///< ms since the epoch, UTC; for what is stored or shown
};

}  // namespace airtrain
