#pragma once

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

namespace airtrain::embedded::tests {

/// The file system under RocksDB, which knows what was synced and can fail.
class faulty_files {
 public:
  faulty_files();
  ~faulty_files();

  rocksdb::Env* env() { return env_.get(); }

  /// The next sync of a log (WAL) fails; `lands`: what it held is on disk all the same.
  void fail_next_sync(bool lands);
  /// What a power cut at this moment would leave of `from`: each file up to its last sync.
  void copy_synced(const std::filesystem::path& from, const std::filesystem::path& to);

  class file_system;

 private:
  std::shared_ptr<file_system> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace airtrain::embedded::tests
