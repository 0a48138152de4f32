#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/embedded/engine.hpp"
#include "store/embedded/writer.hpp"

namespace airtrain::embedded {

/// What goes on beside the main flow, on a thread of its own: the high-water file, the watch on
/// free disk space, and retention.
class maintenance {
 public:
  maintenance(engine& with, writer& through);
  ~maintenance() { stop(); }

  void start();
  void stop();
  /// One round of retention now; waits for it. For tests and a disk that is nearly full.
  store_error trim();
  /// Syncs the high-water file.
  void note_durable();

 private:
  void loop();
  void watch_disk();

  engine& engine_;
  writer& writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace airtrain::embedded
