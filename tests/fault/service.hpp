#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "bench/harness/process.hpp"

namespace airtrain::test {

/// A folder that goes with the object.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A stand-in target (bench/sink/sink.cpp) whose ledger holds the field `id` of each body.
class stand_in {
 public:
  explicit stand_in(const std::string& mode = "ok", int delay_ms = 0);
  std::uint16_t port() const { return port_; }
  std::uint64_t delivered() const;
  std::uint64_t requests() const;
  std::string ids() const;  ///< one a line, in no order
  void become(const std::string& mode, int delay_ms = 0);

 private:
  harness::process process_;
  std::uint16_t port_ = 0;
};

/// The real service on a data folder and a port that stay the same over restarts.
class service {
 public:
  /// `connectors`: the YAML below `connectors:`, each line indented by two. `http`: further options
  /// of `http:`, as "name: value, ...".
  explicit service(const std::string& connectors, const std::string& http = {});
  void start(const std::string& preload = {});
  void kill_now();                 ///< SIGKILL
  std::optional<int> terminate();  ///< SIGTERM, and its exit status
  /// Whether it has died by itself, or does within `patience`.
  bool dies(std::chrono::seconds patience) { return process_->wait(patience).has_value(); }
  std::string log() const;  ///< of all starts
  std::uint16_t port() const { return port_; }
  std::uint64_t backlog(const std::string& connector) const;
  std::uint64_t memory() const;  ///< resident, in bytes
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  temporary_folder folder_;
  std::uint16_t port_ = 0;
  std::optional<harness::process> process_;
};

/// The YAML of an HTTP connector for all events, at a stand-in.
std::string connector_yaml(const std::string& name, std::uint16_t port,
                           const std::string& more = {});

/// FAULTS=full in the environment: the long form of a test.
bool full_run();

/// Polls until it holds; false when 30 s have passed.
bool eventually(const std::function<bool()>& condition);

}  // namespace airtrain::test
