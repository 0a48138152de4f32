#include "embed/worker_threads.hpp"

#include <utility>

#include "messages/thread_name.hpp"

namespace airtrain::embed {

worker_threads::~worker_threads() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.swap(dropped);
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void worker_threads::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(work));
    if (waiting_.size() > idle_ && threads_.size() < threads_max_)
      threads_.emplace_back([this] { run(); });
  }
  changed_.notify_one();
}

void worker_threads::run() {
  name_this_thread("connector");
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace airtrain::embed
