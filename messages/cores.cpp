#include "messages/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace airtrain {

std::uint32_t usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    return 1;  // more cores than the set has room for
  return static_cast<std::uint32_t>(std::max(CPU_COUNT(&set), 1));
}

result<void, std::string> use_cores(const std::vector<std::uint32_t>& which) {
  if (which.empty()) return {};
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const auto core : which) {
    if (core >= CPU_SETSIZE) return failure("there is no core " + std::to_string(core));
    CPU_SET(core, &set);
  }
  if (sched_setaffinity(0, sizeof set, &set) == 0) return {};
  return failure(errno == EINVAL ? std::string{"the process may run on none of these cores"}
                                 : std::string{std::strerror(errno)});
}

}  // namespace airtrain
