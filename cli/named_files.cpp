#include "cli/named_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "http/pem_files.hpp"

namespace airtrain::cli {
namespace {

namespace fs = std::filesystem;

std::string not_writable(const fs::path& path) {
  if (::access(path.c_str(), W_OK) == 0) return {};
  return fmt::format("{} can't be written: {}", path.string(), std::strerror(errno));
}

/// Of a folder that the service makes with all that it lies in.
std::string folder_fault(const fs::path& path) {
  std::error_code unknown;
  auto there = fs::absolute(path, unknown).lexically_normal();
  while (there.has_relative_path() && !fs::exists(there, unknown)) there = there.parent_path();
  if (!fs::is_directory(there, unknown)) return fmt::format("{} is not a folder", there.string());
  return not_writable(there);
}

std::string output_fault(const fs::path& path) {
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) return fmt::format("{} is a folder", path.string());
  if (fs::exists(path, unknown)) return not_writable(path);
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
  if (!fs::is_directory(folder, unknown))
    return fmt::format("there is no folder {}", folder.string());
  return not_writable(folder);
}

}  // namespace

std::string fault_of_named_file(named_file what, const fs::path& path, const fs::path& beside) {
  switch (what) {
    case named_file::folder:
      return folder_fault(path);
    case named_file::output:
      return output_fault(path);
    case named_file::certificates:
    case named_file::certificate_chain:
    case named_file::private_key:
      break;
  }
  if (::access(path.c_str(), R_OK) != 0)
    return fmt::format("{} can't be read: {}", path.string(), std::strerror(errno));
  if (what == named_file::certificates) return http::certificates_fault(path);
  if (what == named_file::certificate_chain) return http::certificate_chain_fault(path);
  return http::private_key_fault(path, beside);
}

}  // namespace airtrain::cli
