#pragma once

#include "messages/invariant.hpp"

namespace airtrain::embed {

/// While it lives, the calling thread is one of the library's that runs the application's code:
/// waiting there could wait for itself.
class own_thread {
 public:
  own_thread() { ++depth_; }
  ~own_thread() { --depth_; }
  own_thread(const own_thread&) = delete;

  /// Ends the process when the calling thread is the library's own.
  static void must_not_be() { AIRTRAIN_INVARIANT(depth_ == 0); }

 private:
  static inline thread_local int depth_ = 0;
};

}  // namespace airtrain::embed
