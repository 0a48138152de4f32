#include "store/embedded/high_water.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "store/embedded/bytes.hpp"
#include "store/embedded/directories.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace airtrain::embedded {
namespace {

// A slot: event and commit number, then the hash of both. Slots are a disk page apart. They take
// turns, so that a torn write never meets the one that was synced last: one of the three is being
// written, another may be on its way to the disk.
constexpr std::size_t slot_size = 24;
constexpr off_t slot_distance = 4096;
constexpr unsigned slot_count = 3;
constexpr std::uint64_t hash_seed = 0x61697274'7261696e;

std::string encode(high_water_mark mark) {
  std::string out;
  put_be64(out, mark.next_seq);
  put_be64(out, mark.commit);
  put_be64(out, XXH3_64bits_withSeed(out.data(), out.size(), hash_seed));
  return out;
}

store_error failed(const std::filesystem::path& path, std::string_view doing) {
  return {store_error_code::write_failed,
          fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno))};
}

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

std::optional<high_water_mark> read_slot(int file, unsigned slot) {
  std::array<char, slot_size> bytes;
  if (::pread(file, bytes.data(), bytes.size(), slot * slot_distance) !=
      static_cast<ssize_t>(bytes.size()))
    return std::nullopt;
  byte_reader in{{bytes.data(), bytes.size()}};
  high_water_mark mark;
  mark.next_seq = in.be64();
  mark.commit = in.be64();
  if (encode(mark) != std::string_view{bytes.data(), bytes.size()}) return std::nullopt;
  return mark;
}

bool write_slot(int file, unsigned slot, high_water_mark mark) {
  const auto bytes = encode(mark);
  return ::pwrite(file, bytes.data(), bytes.size(), slot * slot_distance) ==
         static_cast<ssize_t>(bytes.size());
}

}  // namespace

class high_water_file::descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

high_water_file::high_water_file(std::filesystem::path path) : path_(std::move(path)) {}

high_water_file::~high_water_file() = default;

result<std::optional<high_water_mark>, store_error> high_water_file::read() const {
  const descriptor file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number() < 0) {
    if (errno == ENOENT) return std::optional<high_water_mark>{};
    return failure(failed(path_, "opening"));
  }
  std::optional<high_water_mark> highest;
  for (unsigned slot = 0; slot < slot_count; ++slot)
    highest = std::max(highest, read_slot(file.number(), slot));
  if (!highest)
    return failure(
        store_error{store_error_code::damaged, fmt::format("{} is damaged", path_.string())});
  return highest;
}

store_error high_water_file::replace(high_water_mark mark) {
  std::scoped_lock lock{syncing_, mutex_};
  return replace_locked(mark);
}

store_error high_water_file::replace_locked(high_water_mark mark) {
  file_.reset();
  noted_ = mark;
  // Under another name first: a power cut must not leave an empty file, which looks damaged.
  auto made = path_;
  made += ".new";
  auto file = std::make_shared<descriptor>(
      ::open(made.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (file->number() < 0) return failed(made, "creating");
  if (!write_slot(file->number(), 0, mark)) return failed(made, "writing");
  if (::fsync(file->number()) != 0) return failed(made, "syncing");
  if (::rename(made.c_str(), path_.c_str()) != 0) return failed(made, "renaming");
  if (auto error = sync_directory(path_.parent_path()); !ok(error)) return error;
  file_ = std::move(file);
  slot_ = 1;
  unsynced_ = false;
  failed_ = false;
  return {};
}

store_error high_water_file::note(high_water_mark mark) {
  std::lock_guard lock{mutex_};
  noted_ = mark;
  if (!file_) return {store_error_code::write_failed, fmt::format("{} failed", path_.string())};
  unsynced_ = true;
  if (write_slot(file_->number(), slot_, mark)) return {};
  auto error = failed(path_, "writing");
  file_.reset();
  failed_ = true;
  return error;
}

store_error high_water_file::sync() {
  std::lock_guard syncing{syncing_};
  std::shared_ptr<descriptor> file;
  {
    std::lock_guard lock{mutex_};
    if (failed_) return replace_locked(noted_);
    // Without a file the start was refused, or the writer is about to replace it.
    if (!file_ || !std::exchange(unsynced_, false)) return {};
    file = file_;
    slot_ = (slot_ + 1) % slot_count;
  }
  if (::fdatasync(file->number()) == 0) return {};
  // What the disk holds now is unknown, and another sync of this file would not tell.
  auto error = failed(path_, "syncing");
  std::lock_guard lock{mutex_};
  file_.reset();
  failed_ = true;
  return error;
}

}  // namespace airtrain::embedded
