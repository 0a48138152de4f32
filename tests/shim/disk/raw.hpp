#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <string>

// The kernel itself, past the functions that this library takes the place of.

namespace airtrain::shim::raw {

inline int open(const std::string& path, int flags, unsigned mode = 0600) {
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, mode));
}
inline void close(int file) {
  syscall(SYS_close, file);
}
inline ssize_t pwrite(int file, const void* bytes, std::size_t count, std::uint64_t at) {
  return syscall(SYS_pwrite64, file, bytes, count, at);
}
inline bool link(const std::string& from, const std::string& to) {
  return syscall(SYS_linkat, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0;
}
inline void unlink(const std::string& path) {
  syscall(SYS_unlinkat, AT_FDCWD, path.c_str(), 0);
}
inline void make_directory(const std::string& path) {
  syscall(SYS_mkdirat, AT_FDCWD, path.c_str(), 0700);
}

/// An open file that goes with the object.
class file {
 public:
  file(const std::string& path, int flags) : descriptor_(open(path, flags)) {}
  ~file() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  file(const file&) = delete;
  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  std::uint64_t size() const {
    struct stat found {};
    return ::fstat(descriptor_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
  }
  std::string read(std::uint64_t at, std::size_t count) const {
    std::string bytes(count, '\0');
    const auto got = ::pread(descriptor_, bytes.data(), count, static_cast<off_t>(at));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  void cut_to(std::uint64_t length) const { syscall(SYS_ftruncate, descriptor_, length); }

 private:
  int descriptor_;
};

}  // namespace airtrain::shim::raw
