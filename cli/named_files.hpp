#pragma once

#include <filesystem>
#include <string>

#include "config/load.hpp"

namespace airtrain::cli {

/// Opens what a configuration names, as `serve` would: what is wrong with it; "": nothing.
/// Creates and changes nothing.
std::string fault_of_named_file(named_file what, const std::filesystem::path& path,
                                const std::filesystem::path& beside);

}  // namespace airtrain::cli
