#include "store/embedded/current_file.hpp"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <fstream>
#include <iterator>
#include <string_view>

#include "store/embedded/database.hpp"
#include "store/embedded/directories.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::string_view manifest_prefix = "MANIFEST-";

bool is_manifest(std::string_view name) {
  return name.starts_with(manifest_prefix) && name.size() > manifest_prefix.size() &&
         name.find_first_not_of("0123456789", manifest_prefix.size()) == std::string_view::npos;
}

}  // namespace

/// The manifest that it names; nothing: it is not readable as such a file.
std::optional<std::string> current_file::read() const {
  std::ifstream file{path(), std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.empty() || text.back() != '\n') return std::nullopt;
  text.pop_back();
  return is_manifest(text) ? std::optional{text} : std::nullopt;
}

std::string current_file::complaint() const {
  std::error_code unknown;
  if (!std::filesystem::exists(path(), unknown))
    return fmt::format("{} is missing", path().string());
  const auto manifest = read();
  if (!manifest) return fmt::format("{} is damaged", path().string());
  if (std::filesystem::exists(database_ / *manifest, unknown)) return {};
  return fmt::format("{} is missing", (database_ / *manifest).string());
}

std::optional<std::string> current_file::must_have_named() const {
  if (read()) return std::nullopt;  // an older one than it names knows older files
  std::optional<std::string> found;
  std::error_code unknown;
  for (const auto& entry : std::filesystem::directory_iterator{database_, unknown}) {
    auto name = entry.path().filename().string();
    if (!is_manifest(name)) continue;
    if (found) return std::nullopt;
    found = std::move(name);
  }
  return found;
}

store_error current_file::write(const std::string& manifest) const {
  auto* env = rocksdb::Env::Default();
  rocksdb::FileLock* lock = nullptr;
  if (auto error = error_from(env->LockFile((database_ / "LOCK").string(), &lock),
                              "another process has the store");
      error.code != store_error_code::none)
    return error;
  // Under another name first: half of it would be worse than none.
  const auto made = path().string() + ".new";
  auto error =
      error_from(rocksdb::WriteStringToFile(env, manifest + "\n", made, true), "writing CURRENT");
  if (error.code == store_error_code::none)
    error = error_from(env->RenameFile(made, path().string()), "renaming CURRENT");
  if (error.code == store_error_code::none) error = sync_directory(database_);
  env->UnlockFile(lock).PermitUncheckedError();
  return error;
}

}  // namespace airtrain::embedded
