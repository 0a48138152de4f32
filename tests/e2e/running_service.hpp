#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace airtrain::e2e {

/// A folder of its own that goes away with the object.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes `text` to `file` and returns its path.
std::filesystem::path write_file(const std::filesystem::path& file, std::string_view text);
std::string read_file(const std::filesystem::path& file);

/// A configuration that listens on a free port and keeps its data in `folder`/data.
std::string config_with(std::string_view connectors);

/// The real binary in a process of its own, with its output in files of `folder`. Killed when the
/// object goes, if it still runs.
class process {
 public:
  process(const std::filesystem::path& folder, const std::vector<std::string>& arguments);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void signal(int which) const;
  /// The exit code, or minus the signal that ended it. Fails the test after 30 s.
  int wait();
  bool running();
  std::string output() const { return read_file(output_); }
  std::string errors() const { return read_file(errors_); }

 private:
  std::optional<int> reap(bool block);
  std::filesystem::path output_, errors_;
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

/// `airtrain serve` with the configuration `folder`/airtrain.yaml.
class running_service {
 public:
  /// Waits until it says where it listens; throws with its log when it ends before.
  explicit running_service(const std::filesystem::path& folder);

  std::uint16_t port() const { return port_; }
  process& self() { return process_; }

 private:
  process process_;
  std::uint16_t port_ = 0;
};

}  // namespace airtrain::e2e
