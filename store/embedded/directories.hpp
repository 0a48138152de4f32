#pragma once

#include <filesystem>

#include "store/store.hpp"

namespace airtrain::embedded {

/// Makes durable which names a directory holds: a file is as lost without its name as without its
/// bytes.
store_error sync_directory(const std::filesystem::path& path);

/// Creates what is missing of `path`, durably and for its owner alone: what people sent is nobody
/// else's to read. What was there keeps the rights it has.
store_error make_directories(const std::filesystem::path& path);

}  // namespace airtrain::embedded
