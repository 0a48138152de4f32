#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace airtrain::shim {

/// What of one file is on the platter. Its bytes stay reachable by a hard link of our own for as
/// long as a power cut could bring it back.
class tracked_file {
 public:
  /// Takes the file at `path` for synced as it is.
  tracked_file(const std::string& path, std::string link);
  ~tracked_file();
  tracked_file(const tracked_file&) = delete;

  void will_write(std::uint64_t at, std::uint64_t count);  ///< before it happens
  void will_truncate(std::uint64_t length);                ///< before it happens
  void synced();

  /// What becomes of bytes that were not synced.
  enum class fate { gone, some, zeros };
  void leave(const std::string& copy, fate of_unsynced, std::minstd_rand& random) const;

 private:
  struct overwritten {
    std::uint64_t at;
    std::string before;
  };
  void keep_synced_bytes(std::uint64_t from, std::uint64_t to);

  std::string link_;
  std::uint64_t synced_length_ = 0;
  std::vector<overwritten> overwritten_;  ///< of the synced part, since the last sync
};

/// A folder as its programs see it, and as a power cut would leave it: names come and go durably
/// with the sync of their directory, bytes with the sync of their file. Not for threads.
class tracked_disk {
 public:
  /// `root` as it is now is on the platter; `links` is an empty folder on the same file system.
  tracked_disk(std::string root, std::string links);

  bool holds(const std::string& path) const { return path.starts_with(root_); }
  std::shared_ptr<tracked_file> file(const std::string& path);  ///< null: there is none
  std::shared_ptr<tracked_file> created(const std::string& path);
  void renamed(const std::string& from, const std::string& to);
  void linked(const std::string& from, const std::string& to);
  void unlinked(const std::string& path) { now_.files.erase(path); }
  void directory_made(const std::string& path) { now_.directories.insert(path); }
  void directory_removed(const std::string& path) { now_.directories.erase(path); }
  void directory_synced(const std::string& path);

  /// Writes to `copy` what a power cut at this moment leaves. The seed draws what becomes of all
  /// that was not synced.
  void leave(const std::string& copy, unsigned seed) const;

 private:
  struct names {
    std::map<std::string, std::shared_ptr<tracked_file>> files;
    std::set<std::string> directories;
  };
  std::string root_;
  std::string links_;
  std::uint64_t count_ = 0;
  names now_;
  names durable_;
};

}  // namespace airtrain::shim
