#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include "messages/result.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// A small file beside the log that knows how far events were durable: a log that lost its end, or
/// all of it, opens without complaint and is told by this file alone. It
/// never claims more than is durable.
///
/// `note` after each commit, so that no death of the process leaves it behind; `sync` from time to
/// time, for a power cut. Thread-safe.
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
  /// Creates the file, durably, if there is none. Before all notes.
  store_error open();
  /// Writes; two slots take turns, so that a torn write leaves the earlier one.
  store_error note(std::uint64_t next_seq);
  store_error sync();
  /// Opens, notes and syncs.
  store_error write(std::uint64_t next_seq);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::mutex noting_;
  std::uint64_t noted_ = 0;  ///< the largest; a smaller one comes late
  unsigned slot_ = 0;
};

}  // namespace airtrain::embedded
