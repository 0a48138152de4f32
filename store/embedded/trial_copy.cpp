#include "store/embedded/trial_copy.hpp"

#include <fmt/format.h>

#include <utility>

#include "store/embedded/database.hpp"

namespace airtrain::embedded {
namespace {

namespace fs = std::filesystem;

void copy_or_link(const fs::path& from, const fs::path& to, std::error_code& error) {
  const auto kind = from.extension();
  if (kind == ".sst" || kind == ".log")
    fs::create_hard_link(from, to, error);
  else if (from.filename() != "LOCK")
    fs::copy_file(from, to, error);
}

}  // namespace

result<trial_copy, store_error> trial_copy::make(const store_settings& of) {
  auto settings = of;
  settings.data_dir /= "recover";
  trial_copy out{settings};
  std::error_code error;
  fs::remove_all(settings.data_dir, error);  // of a trial that was cut off
  if (!error) fs::create_directories(database_path(settings), error);
  if (!error)
    for (const auto& entry : fs::directory_iterator{database_path(of), error}) {
      if (!entry.is_regular_file()) continue;
      copy_or_link(entry.path(), database_path(settings) / entry.path().filename(), error);
      if (error) break;
    }
  if (error)
    return failure(store_error{store_error_code::write_failed,
                               fmt::format("making a copy to try in {}: {}",
                                           settings.data_dir.string(), error.message())});
  return out;
}

trial_copy::trial_copy(trial_copy&& other) noexcept
    : settings_(std::exchange(other.settings_, store_settings{})) {}

trial_copy::~trial_copy() {
  // What is left of it takes no part in anything, and goes before the next trial.
  if (std::error_code ignored; !settings_.data_dir.empty())
    fs::remove_all(settings_.data_dir, ignored);
}

}  // namespace airtrain::embedded
