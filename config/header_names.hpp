#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/reader.hpp"

namespace airtrain::config {

/// Case-insensitive.
bool same_header(std::string_view a, std::string_view b);

/// The name of a header that a connector may set itself; says so where it may not.
std::optional<std::string> read_header_name(reader& r, const node& at);
/// The same for a name that is a key.
bool check_header_name(reader& r, const std::string& name, int line, int column);

}  // namespace airtrain::config
