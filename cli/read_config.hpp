#pragma once

#include <filesystem>
#include <optional>

#include "config/settings.hpp"

namespace airtrain::cli {

/// The configuration; where it has problems all of them went to standard error.
std::optional<settings> read_config(const std::filesystem::path& file);

}  // namespace airtrain::cli
