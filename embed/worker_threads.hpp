#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace airtrain::embed {

/// Threads that may block, for one connector: started when there is work for them, at most
/// `threads_max`. The work that waits is bounded by who posts it. Any thread.
class worker_threads {
 public:
  explicit worker_threads(std::uint32_t threads_max) : threads_max_(threads_max) {}
  /// Drops what has not begun, waits for what has.
  ~worker_threads();
  worker_threads(const worker_threads&) = delete;

  void post(std::function<void()> work);

 private:
  void run();

  const std::uint32_t threads_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  std::uint32_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace airtrain::embed
