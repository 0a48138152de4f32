#pragma once

#include <rocksdb/status.h>

#include <filesystem>
#include <string>

namespace airtrain::embedded {

/// What a failed call of the library on the database in `path` says, with the damaged files named
/// also where the library does not.
std::string describe(const rocksdb::Status& status, const std::filesystem::path& path);

}  // namespace airtrain::embedded
