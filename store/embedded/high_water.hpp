#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "messages/result.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// A small file beside the log that knows how far events were durable: a log that lost its end, or
/// all of it, opens without complaint and is told by this file alone. It follows the log lazily and
/// never claims more than is durable.
class high_water_file {
 public:
  explicit high_water_file(std::filesystem::path path);
  ~high_water_file();
  high_water_file(const high_water_file&) = delete;
  high_water_file& operator=(const high_water_file&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// The first sequence number that may be missing; nothing: there is no such file. An error: it is
  /// there and unreadable.
  result<std::optional<std::uint64_t>, store_error> read() const;
  /// Writes and syncs. Two slots take turns, so that a torn write leaves the earlier one.
  store_error write(std::uint64_t next_seq);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  unsigned slot_ = 0;
};

}  // namespace airtrain::embedded
