// Preloaded into the service: the disk below the folder DISK_ROOT. Keeps account of what was
// synced, and does what the file DISK_FOLDER/plan says (plan.hpp). After a `cut` what is left of
// the root is in DISK_FOLDER/left. DISK_FOLDER/counts holds how often each kind of call was made,
// 64 bits each.
//
// A sync is only noted, never made: what matters to the test is what would have been on the disk.

#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/statvfs.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <unordered_map>

#include "tests/shim/disk/plan.hpp"
#include "tests/shim/disk/raw.hpp"
#include "tests/shim/disk/tracked_disk.hpp"

namespace airtrain::shim {
namespace {

// Set while our own code runs: what it calls goes to the kernel.
thread_local bool inside = false;

template <class Call>
Call real(const char* name) {
  return reinterpret_cast<Call>(dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) std::abort();
  return value;
}

class machine {
 public:
  machine()
      : folder_(variable("DISK_FOLDER")),
        disk(variable("DISK_ROOT"), folder_ + "/links"),
        plan_(folder_ + "/plan") {
    const raw::file counts{folder_ + "/counts", O_RDWR | O_CREAT};
    counts.cut_to(call_kinds * sizeof(std::uint64_t));
    void* at = ::mmap(nullptr, call_kinds * sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                      MAP_SHARED, counts.descriptor(), 0);
    if (at == MAP_FAILED) std::abort();
    counts_ = static_cast<std::uint64_t*>(at);
  }

  /// What becomes of this call; 0: it is made, else the error it fails with.
  int judge(call kind) {
    ++counts_[static_cast<std::size_t>(kind)];
    const auto order = plan_.next(kind);
    if (order.what == plan::deed::cut) disk.leave(folder_ + "/left", order.seed);
    // Nobody else goes on: the lock is held.
    if (order.what == plan::deed::cut || order.what == plan::deed::die) ::raise(SIGKILL);
    if (order.what == plan::deed::eio) return EIO;
    return order.what == plan::deed::enospc ? ENOSPC : 0;
  }
  std::optional<std::uint64_t> free_bytes() { return plan_.free_bytes(); }

 private:
  std::string folder_;

 public:
  tracked_disk disk;
  std::unordered_map<int, std::shared_ptr<tracked_file>> files;  ///< by descriptor

 private:
  plan plan_;
  std::uint64_t* counts_ = nullptr;
};

std::mutex& lock_of_machine() {
  static auto* made = new std::mutex;
  return *made;
}

/// The machine, for one thread at a time.
class visit {
 public:
  visit() : lock_(lock_of_machine()) { inside = true; }
  ~visit() { inside = false; }
  machine* operator->() {
    static auto* made = new machine;  // never destroyed: calls come until the very end
    return made;
  }

 private:
  std::lock_guard<std::mutex> lock_;
};

/// Known without the lock, which a write to a full pipe must not hold.
std::atomic<bool>& is_tracked(int file) {
  static std::array<std::atomic<bool>, 65'536> descriptors{};
  static std::atomic<bool> none{false};
  const auto at = static_cast<std::size_t>(file);
  return at < descriptors.size() ? descriptors[at] : none;
}

std::string absolute(const char* path) {
  return std::filesystem::absolute(path).lexically_normal();
}

int failed(int error) {
  errno = error;
  return -1;
}

int open_file(const char* path, int flags, unsigned mode) {
  const auto plain = [&] {
    return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  };
  if (inside) return plain();
  visit on;
  const auto name = absolute(path);
  if (!on->disk.holds(name)) return plain();
  auto file = on->disk.file(name);
  if (!file && (flags & O_CREAT) != 0)
    if (const int error = on->judge(call::create)) return failed(error);
  if (file && (flags & O_TRUNC) != 0) {
    if (const int error = on->judge(call::truncate)) return failed(error);
    file->will_truncate(0);
  }
  const int opened = plain();
  struct stat found {};
  if (opened < 0 || ::fstat(opened, &found) != 0 || !S_ISREG(found.st_mode)) return opened;
  if (!file) file = on->disk.created(name);
  if ((flags & O_ACCMODE) == O_RDONLY) return opened;
  on->files[opened] = std::move(file);
  is_tracked(opened) = true;
  return opened;
}

/// A write at an offset, or where the file stands.
template <class Write>
ssize_t write_file(int to, std::size_t count, std::optional<std::uint64_t> at, Write write) {
  if (inside || !is_tracked(to)) return write(count);
  visit on;
  const auto& file = on->files.at(to);
  const int error = on->judge(call::write);
  // A disk that fills up takes a part first.
  if (error == ENOSPC && count > 1)
    count /= 2;
  else if (error != 0)
    return failed(error);
  const bool appends = (fcntl(to, F_GETFL) & O_APPEND) != 0;
  if (!at) at = static_cast<std::uint64_t>(lseek(to, 0, appends ? SEEK_END : SEEK_CUR));
  file->will_write(*at, count);
  return write(count);
}

int sync_file(int file) {
  if (inside) return 0;
  visit on;
  if (is_tracked(file)) {
    if (const int error = on->judge(call::sync)) return failed(error);
    on->files.at(file)->synced();
    return 0;
  }
  std::error_code error;
  const auto path =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), error).string();
  if (error || !on->disk.holds(path)) return 0;
  if (const int refused = on->judge(call::sync)) return failed(refused);
  on->disk.directory_synced(path);
  return 0;
}

template <class Make, class Note>
int change_name(call kind, const char* path, Make make, Note note) {
  if (inside) return make();
  visit on;
  const auto name = absolute(path);
  if (!on->disk.holds(name)) return make();
  if (const int error = on->judge(kind)) return failed(error);
  const int done = make();
  if (done == 0) note(on->disk, name);
  return done;
}

}  // namespace
}  // namespace airtrain::shim

using namespace airtrain::shim;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
  va_end(more);
  return open_file(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
  va_end(more);
  return open_file(path, flags, mode);
}

int close(int file) {
  if (!inside && is_tracked(file)) {
    visit on;
    is_tracked(file) = false;
    on->files.erase(file);
  }
  return static_cast<int>(syscall(SYS_close, file));
}

ssize_t write(int to, const void* bytes, size_t count) {
  return write_file(to, count, {}, [&](size_t n) { return syscall(SYS_write, to, bytes, n); });
}

ssize_t pwrite(int to, const void* bytes, size_t count, off_t at) {
  return write_file(to, count, static_cast<std::uint64_t>(at),
                    [&](size_t n) { return syscall(SYS_pwrite64, to, bytes, n, at); });
}

ssize_t pwrite64(int to, const void* bytes, size_t count, off64_t at) {
  return pwrite(to, bytes, count, at);
}

int fsync(int file) {
  return sync_file(file);
}

int fdatasync(int file) {
  return sync_file(file);
}

int ftruncate(int file, off_t length) {
  const auto cut = [&] { return static_cast<int>(syscall(SYS_ftruncate, file, length)); };
  if (inside || !is_tracked(file)) return cut();
  visit on;
  if (const int error = on->judge(call::truncate)) return failed(error);
  on->files.at(file)->will_truncate(static_cast<std::uint64_t>(length));
  return cut();
}

int ftruncate64(int file, off64_t length) {
  return ftruncate(file, length);
}

int rename(const char* from, const char* to) {
  return change_name(
      call::rename, from,
      [&] { return real<int (*)(const char*, const char*)>("rename")(from, to); },
      [&](tracked_disk& disk, const std::string& name) { disk.renamed(name, absolute(to)); });
}

int link(const char* from, const char* to) {
  return change_name(
      call::create, from, [&] { return real<int (*)(const char*, const char*)>("link")(from, to); },
      [&](tracked_disk& disk, const std::string& name) { disk.linked(name, absolute(to)); });
}

int unlink(const char* path) {
  return change_name(
      call::unlink, path, [&] { return real<int (*)(const char*)>("unlink")(path); },
      [](tracked_disk& disk, const std::string& name) { disk.unlinked(name); });
}

int mkdir(const char* path, mode_t mode) {
  return change_name(
      call::make_directory, path,
      [&] { return real<int (*)(const char*, mode_t)>("mkdir")(path, mode); },
      [](tracked_disk& disk, const std::string& name) { disk.directory_made(name); });
}

int rmdir(const char* path) {
  return change_name(
      call::unlink, path, [&] { return real<int (*)(const char*)>("rmdir")(path); },
      [](tracked_disk& disk, const std::string& name) { disk.directory_removed(name); });
}

int statvfs(const char* path, struct statvfs* into) {
  const int done = real<int (*)(const char*, struct statvfs*)>("statvfs")(path, into);
  if (done != 0 || inside) return done;
  visit on;
  if (const auto free = on->free_bytes(); free && on->disk.holds(absolute(path)))
    into->f_bavail = into->f_bfree = *free / into->f_frsize;
  return done;
}

}  // extern "C"
