#include "store/embedded/high_water.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "store/embedded/bytes.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace airtrain::embedded {
namespace {

// A slot: sequence number, then the hash of it. Slots are a disk page apart.
constexpr std::size_t slot_size = 16;
constexpr off_t slot_distance = 4096;
constexpr std::uint64_t hash_seed = 0x61697274'7261696e;

std::uint64_t hash_of_number(std::uint64_t value) {
  return XXH3_64bits_withSeed(&value, sizeof value, hash_seed);
}

store_error failed(const std::filesystem::path& path, std::string_view doing) {
  return {store_error_code::write_failed,
          fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno))};
}

std::optional<std::uint64_t> read_slot(int descriptor, unsigned slot) {
  std::array<char, slot_size> bytes;
  if (::pread(descriptor, bytes.data(), bytes.size(), slot * slot_distance) !=
      static_cast<ssize_t>(bytes.size()))
    return std::nullopt;
  byte_reader in{{bytes.data(), bytes.size()}};
  const auto value = in.be64();
  if (in.be64() != hash_of_number(value)) return std::nullopt;
  return value;
}

/// A new file is there after a power cut only when its folder was synced.
store_error sync_directory(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed(path, "opening");
  const bool synced = ::fsync(descriptor) == 0;
  auto error = synced ? store_error{} : failed(path, "syncing");
  ::close(descriptor);
  return error;
}

}  // namespace

high_water_file::high_water_file(std::filesystem::path path) : path_(std::move(path)) {}

high_water_file::~high_water_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<std::optional<std::uint64_t>, store_error> high_water_file::read() const {
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::optional<std::uint64_t>{};
    return failure(failed(path_, "opening"));
  }
  const auto a = read_slot(descriptor, 0);
  const auto b = read_slot(descriptor, 1);
  ::close(descriptor);
  if (!a && !b)
    return failure(
        store_error{store_error_code::damaged, fmt::format("{} is damaged", path_.string())});
  return std::max(a, b);
}

store_error high_water_file::open() {
  if (descriptor_ >= 0) return {};
  const bool is_new = ::access(path_.c_str(), F_OK) != 0;
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor_ < 0) return failed(path_, "opening");
  return is_new ? sync_directory(path_.parent_path()) : store_error{};
}

store_error high_water_file::note(std::uint64_t next_seq) {
  std::lock_guard lock{noting_};
  if (next_seq < noted_) return {};
  std::string bytes;
  put_be64(bytes, next_seq);
  put_be64(bytes, hash_of_number(next_seq));
  if (::pwrite(descriptor_, bytes.data(), bytes.size(), slot_ * slot_distance) !=
      static_cast<ssize_t>(bytes.size()))
    return failed(path_, "writing");
  slot_ ^= 1;
  noted_ = next_seq;
  return {};
}

store_error high_water_file::sync() {
  return ::fdatasync(descriptor_) == 0 ? store_error{} : failed(path_, "syncing");
}

store_error high_water_file::write(std::uint64_t next_seq) {
  auto error = open();
  if (error.code == store_error_code::none) error = note(next_seq);
  return error.code == store_error_code::none ? sync() : error;
}

}  // namespace airtrain::embedded
