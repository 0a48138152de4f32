#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "messages/result.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// How far the log was durable.
struct high_water_mark {
  std::uint64_t next_seq = 1;  ///< of the first event that may be missing
  std::uint64_t commit = 0;  ///< number of the last synced commit: settlements, operators' changes
  friend auto operator<=>(const high_water_mark&, const high_water_mark&) = default;
};

/// A small file beside the log that knows how far it was durable: a log that lost its end, or all
/// of it, opens without complaint and is told by this file alone. It never claims more than is
/// durable. What is noted survives the death of the process at once, a power cut after `sync`.
///
/// After a failure nothing can be noted until the file was replaced. Any thread.
class high_water_file {
 public:
  explicit high_water_file(std::filesystem::path path);
  ~high_water_file();
  high_water_file(const high_water_file&) = delete;
  high_water_file& operator=(const high_water_file&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// What was noted last; nothing: there is no such file. An error: it is there and unreadable.
  result<std::optional<high_water_mark>, store_error> read() const;

  /// Makes the file anew, durably, whatever it said before.
  store_error replace(high_water_mark mark);
  store_error note(high_water_mark mark);
  /// Makes durable what was noted; after a failure replaces the file.
  store_error sync();

 private:
  class descriptor;
  store_error replace_locked(high_water_mark mark);

  std::filesystem::path path_;
  std::mutex syncing_;  ///< taken before `mutex_`
  std::mutex mutex_;
  std::shared_ptr<descriptor> file_;  ///< null: before the first replacement, and after a failure
  bool failed_ = false;
  high_water_mark noted_;
  unsigned slot_ = 0;
  bool unsynced_ = false;
};

}  // namespace airtrain::embedded
