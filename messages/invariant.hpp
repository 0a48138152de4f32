#pragma once

#include <cstdio>
#include <cstdlib>

namespace airtrain {

[[noreturn]] inline void invariant_broken(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, what);
  std::abort();
}

}  // namespace airtrain

/// A broken invariant ends the process, in release too: the store recovers, a wrong write does not.
#define AIRTRAIN_INVARIANT(condition) \
  ((condition) ? static_cast<void>(0) \
               : ::airtrain::invariant_broken(#condition, __FILE__, __LINE__))
