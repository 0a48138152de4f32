#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace airtrain::embedded {

/// One thread that runs what it is given, in order. How much may wait is bounded by the callers:
/// one fetch per connector, one question per request of the API.
class task_thread {
 public:
  task_thread() : thread_([this] { run(); }) {}
  ~task_thread() { stop(); }

  /// False: it has stopped, and the task will not run.
  bool post(std::function<void()> task);
  /// Runs what is waiting, then ends. Idempotent.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace airtrain::embedded
