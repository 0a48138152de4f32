#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "config/settings.hpp"
#include "connectors/connector.hpp"
#include "connectors/rotated_file.hpp"

namespace airtrain {

/// Writes one line per event (CloudEvents JSON) to a file. A thread of its own takes all attempts
/// that have gathered, writes their lines at once and syncs: `delivered` means on disk.
class file_connector : public connector {
 public:
  file_connector(std::unique_ptr<rotated_file> file, std::optional<expression> when);
  ~file_connector() override;  ///< waits until what was handed over is written
  void deliver(std::vector<attempt> attempts) override;
  void stop() override;

 private:
  void run();
  void write(std::vector<attempt> attempts);

  std::unique_ptr<rotated_file> file_;
  const std::optional<expression> when_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<attempt> waiting_;  ///< bounded by the supervisor's `concurrency`
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace airtrain
