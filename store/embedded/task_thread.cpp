#include "store/embedded/task_thread.hpp"

#include "messages/thread_name.hpp"

namespace airtrain::embedded {

bool task_thread::post(std::function<void()> task) {
  {
    std::lock_guard lock{mutex_};
    if (stopping_) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void task_thread::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void task_thread::run() {
  name_this_thread("store read");
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace airtrain::embedded
