#pragma once

#include <filesystem>
#include <optional>

#include "config/load.hpp"

namespace airtrain::cli {

/// The configuration; where it has problems all of them went to standard error.
std::optional<settings> read_config(const std::filesystem::path& file,
                                    const look_at_file& look = {});

}  // namespace airtrain::cli
