#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace airtrain {

/// The cores that the calling thread may run on: those of the machine, less what a container,
/// `taskset` or `use_cores` excludes. At least 1.
std::uint32_t usable_cores();

/// Has the calling thread, and all that it starts from then on, run on these only, by number. The
/// error says why not, such as that the machine has none of them. Empty: nothing changes.
result<void, std::string> use_cores(const std::vector<std::uint32_t>& which);

}  // namespace airtrain
