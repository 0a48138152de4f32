#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "connectors/connector.hpp"

namespace airtrain {

/// Lets a test wait for outcomes that come from another thread.
class waiting_sink : public outcome_sink {
 public:
  void push(attempt_outcome outcome) override {
    std::lock_guard lock(mutex_);
    outcomes_.push_back(std::move(outcome));
    came_.notify_all();
  }
  std::vector<attempt_outcome> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, std::chrono::seconds{20}, [&] { return outcomes_.size() >= count; });
    return outcomes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<attempt_outcome> outcomes_;
};

}  // namespace airtrain
