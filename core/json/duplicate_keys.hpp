#pragma once

#include <string_view>
#include <vector>

#include "core/json/document.hpp"

namespace airtrain::json {

/// The first key of an object that repeats an earlier one, by decoded characters: its node's index,
/// or 0. Costs n log n in the number of members, whatever the keys are.
std::uint32_t find_duplicate_key(std::string_view text, const std::vector<node>& nodes,
                                 std::uint32_t object, std::uint32_t members);

}  // namespace airtrain::json
