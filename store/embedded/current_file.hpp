#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "store/store.hpp"

namespace airtrain::embedded {

/// RocksDB's file `CURRENT`, which says which manifest lists the files of the database. Of a
/// stopped store.
class current_file {
 public:
  explicit current_file(std::filesystem::path database) : database_(std::move(database)) {}

  std::filesystem::path path() const { return database_ / "CURRENT"; }
  /// What is wrong with it; "": it names a manifest that is there.
  std::string complaint() const;
  /// The manifest that it must have named; nothing: that can't be known.
  std::optional<std::string> must_have_named() const;
  /// Makes it name that one, durably. Refused while a process has the database.
  store_error write(const std::string& manifest) const;

 private:
  std::optional<std::string> read() const;
  std::filesystem::path database_;
};

}  // namespace airtrain::embedded
