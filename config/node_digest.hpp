#pragma once

#include <cstdint>
#include <vector>

#include "config/node.hpp"

namespace airtrain::config {

/// Tells configurations apart by what is written in them, references to secrets as such. The order
/// of keys counts, comments and layout do not. Never 0.
std::uint64_t digest_of(const std::vector<const node*>& nodes);

}  // namespace airtrain::config
