#include "store/embedded/directories.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace airtrain::embedded {
namespace {

store_error failed(std::string_view doing, const std::filesystem::path& path) {
  return {store_error_code::write_failed,
          fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno))};
}

store_error create(const std::filesystem::path& path) {
  if (std::error_code unknown; path.empty() || std::filesystem::is_directory(path, unknown))
    return {};
  const auto parent = path.parent_path();
  if (auto error = create(parent); error.code != store_error_code::none) return error;
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) return failed("creating", path);
  return sync_directory(parent);
}

}  // namespace

store_error sync_directory(const std::filesystem::path& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return failed("opening", path);
  const bool synced = ::fsync(directory) == 0;
  const auto error = synced ? store_error{} : failed("syncing", path);
  ::close(directory);
  return error;
}

store_error make_directories(const std::filesystem::path& path) {
  std::error_code error;
  auto whole = std::filesystem::absolute(path, error).lexically_normal();
  if (error)
    return {store_error_code::write_failed, fmt::format("{}: {}", path.string(), error.message())};
  if (!whole.has_filename()) whole = whole.parent_path();  // "data/"
  return create(whole);
}

}  // namespace airtrain::embedded
