#include "connectors/rotated_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace airtrain {
namespace {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// A pipe or a device (stdout, /dev/null) has nothing to sync.
bool sync(int file) {
  return ::fdatasync(file) == 0 || errno == EINVAL || errno == EROFS;
}

/// Makes names that were created or changed in the file's folder last.
bool sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const bool synced = ::fsync(opened) == 0 || errno == EINVAL;
  ::close(opened);
  return synced;
}

}  // namespace

result<std::unique_ptr<rotated_file>, std::string> rotated_file::open(settings how) {
  std::unique_ptr<rotated_file> file(new rotated_file(std::move(how)));
  if (auto opened = file->reopen(); !opened) return failure(std::move(opened.error()));
  return file;
}

rotated_file::~rotated_file() {
  if (file_ >= 0 && !is_stdout()) ::close(file_);
}

std::string rotated_file::error(std::string_view what) const {
  return fmt::format("{}: {}: {}", settings_.path, what, std::strerror(errno));
}

result<void, std::string> rotated_file::reopen() {
  if (is_stdout()) {
    file_ = STDOUT_FILENO;
    return {};
  }
  file_ = ::open(settings_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file_ < 0) return failure(error("cannot be opened"));
  struct stat found {};
  if (::fstat(file_, &found) != 0) return failure(error("cannot be examined"));
  size_ = static_cast<std::size_t>(found.st_size);
  if (!sync_folder_of(settings_.path)) return failure(error("its folder cannot be synced"));
  return {};
}

result<void, std::string> rotated_file::append(std::string_view lines) {
  if (file_ < 0)
    if (auto opened = reopen(); !opened) return opened;
  if (!is_stdout() && size_ > 0 && size_ + lines.size() > settings_.rotate_bytes)
    if (auto rotated = rotate(); !rotated) return rotated;
  if (!write_all(file_, lines) || (!is_stdout() && !sync(file_))) {
    const auto failed = error("cannot be written");
    // Half a line must not be glued to the next one.
    if (!is_stdout() && ::ftruncate(file_, static_cast<off_t>(size_)) != 0)
      return failure(failed + ", and its end could not be cut off");
    return failure(failed);
  }
  size_ += lines.size();
  return {};
}

result<void, std::string> rotated_file::rotate() {
  std::error_code failed;
  const auto aside = [this](std::uint32_t n) { return fmt::format("{}.{}", settings_.path, n); };
  if (settings_.rotate_keep == 0) std::filesystem::remove(settings_.path, failed);
  for (auto n = settings_.rotate_keep; n > 0 && !failed; --n) {
    const auto from = n == 1 ? settings_.path : aside(n - 1);
    if (std::filesystem::exists(from, failed)) std::filesystem::rename(from, aside(n), failed);
  }
  if (failed)
    return failure(fmt::format("{}: cannot be rotated: {}", settings_.path, failed.message()));
  ::close(file_);
  file_ = -1;
  return reopen();
}

}  // namespace airtrain
