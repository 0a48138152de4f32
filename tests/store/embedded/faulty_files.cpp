#include "tests/store/embedded/faulty_files.hpp"

#include <rocksdb/file_system.h>

#include <fstream>
#include <map>
#include <mutex>
#include <optional>

namespace airtrain::embedded::tests {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

/// Keeps, per path, how much was appended and how much of it synced.
class faulty_files::file_system : public rocksdb::FileSystemWrapper {
 public:
  file_system() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "faulty_files"; }

  struct lengths {
    std::uint64_t appended = 0;
    std::uint64_t synced = 0;
  };
  std::mutex mutex;
  std::map<std::string, lengths> files;
  std::optional<bool> fail_next_sync;  ///< the value: whether it lands

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made,
                           IODebugContext* context) override;

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* context) override {
    std::lock_guard lock{mutex};
    auto status = target()->RenameFile(from, to, options, context);
    if (const auto found = files.find(from); status.ok() && found != files.end()) {
      files[to] = found->second;
      files.erase(found);
    }
    return status;
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* context) override {
    std::lock_guard lock{mutex};
    files.erase(name);
    return target()->DeleteFile(name, options, context);
  }
};

namespace {

class tracked_file : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  tracked_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name,
               faulty_files::file_system& in)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), in_(in) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* context) override {
    std::lock_guard lock{in_.mutex};
    auto status = target()->Append(data, options, context);
    if (status.ok()) in_.files[name_].appended += data.size();
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&, IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return sync([&] { return target()->Sync(options, context); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return sync([&] { return target()->Fsync(options, context); });
  }

 private:
  template <class Sync>
  IOStatus sync(Sync real) {
    std::lock_guard lock{in_.mutex};
    auto& lengths = in_.files[name_];
    const bool is_wal = name_.ends_with(".log");
    if (is_wal && in_.fail_next_sync) {
      const bool lands = *in_.fail_next_sync;
      in_.fail_next_sync.reset();
      if (lands)
        lengths.synced = lengths.appended;
      else
        std::filesystem::resize_file(name_, lengths.synced);
      return IOStatus::IOError("a planted failure");
    }
    auto status = real();
    if (status.ok()) lengths.synced = lengths.appended;
    return status;
  }

  std::string name_;
  faulty_files::file_system& in_;
};

}  // namespace

IOStatus faulty_files::file_system::NewWritableFile(const std::string& name,
                                                    const rocksdb::FileOptions& options,
                                                    std::unique_ptr<rocksdb::FSWritableFile>* made,
                                                    IODebugContext* context) {
  auto status = target()->NewWritableFile(name, options, made, context);
  if (!status.ok()) return status;
  std::lock_guard lock{mutex};
  files[name] = {};
  *made = std::make_unique<tracked_file>(std::move(*made), name, *this);
  return status;
}

faulty_files::faulty_files()
    : files_(std::make_shared<file_system>()), env_(rocksdb::NewCompositeEnv(files_)) {}

faulty_files::~faulty_files() = default;

void faulty_files::fail_next_sync(bool lands) {
  std::lock_guard lock{files_->mutex};
  files_->fail_next_sync = lands;
}

void faulty_files::copy_synced(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::lock_guard lock{files_->mutex};
  for (const auto& entry : std::filesystem::recursive_directory_iterator{from}) {
    const auto target = to / std::filesystem::relative(entry.path(), from);
    if (entry.is_directory()) {
      std::filesystem::create_directories(target);
      continue;
    }
    std::filesystem::copy_file(entry.path(), target);
    const auto known = files_->files.find(entry.path().string());
    if (known == files_->files.end()) continue;
    if (known->second.synced < std::filesystem::file_size(target))
      std::filesystem::resize_file(target, known->second.synced);
  }
}

}  // namespace airtrain::embedded::tests
