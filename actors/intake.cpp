#include "actors/intake.hpp"

#include <utility>

namespace airtrain {
namespace {

std::size_t bytes_of(const submission& request) {
  std::size_t bytes = 0;
  for (const auto& event : request.events) bytes += event->bytes().size();
  return bytes;
}

}  // namespace

intake::intake(limits bounds, std::function<void()> wake_router)
    : limits_(bounds), wake_router_(std::move(wake_router)) {}

std::vector<submit_code> intake::add(std::vector<submission>& requests) {
  std::vector<submit_code> codes;
  codes.reserve(requests.size());
  std::function<void()> wake;
  {
    std::lock_guard lock(mutex_);
    for (auto& request : requests) codes.push_back(admit(request, bytes_of(request)));
    if (should_wake()) wake = wake_router_;
  }
  if (wake) wake();
  return codes;
}

submit_code intake::admit(submission& request, std::size_t bytes) {
  if (draining_) return submit_code::draining;
  const auto events = request.events.size();
  // A request above the limits is taken alone: refusing it as overloaded would be for ever.
  if (events_ > 0 && (events_ + events > limits_.events_max || bytes_ + bytes > limits_.bytes_max))
    return submit_code::overloaded;
  events_ += events;
  bytes_ += bytes;
  waiting_.push_back(std::move(request));
  return submit_code::none;
}

bool intake::take(std::vector<submission>& empty) {
  std::lock_guard lock(mutex_);
  if (waiting_.empty() || publishes_ >= limits_.publishes_max) {
    router_awake_ = false;
    return false;
  }
  ++publishes_;
  waiting_.swap(empty);
  return true;
}

void intake::finished(const std::vector<submission>& batch) {
  std::size_t events = 0, bytes = 0;
  for (const auto& request : batch) {
    events += request.events.size();
    bytes += bytes_of(request);
  }
  std::function<void()> wake;
  {
    std::lock_guard lock(mutex_);
    --publishes_;
    events_ -= events;
    bytes_ -= bytes;
    if (should_wake()) wake = wake_router_;
    if (events_ == 0) emptied_.notify_all();
  }
  if (wake) wake();
}

bool intake::should_wake() {
  if (router_awake_ || waiting_.empty() || publishes_ >= limits_.publishes_max || !wake_router_)
    return false;
  router_awake_ = true;
  return true;
}

void intake::drain() {
  std::lock_guard lock(mutex_);
  draining_ = true;
}

bool intake::wait_until_empty(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_until(lock, until, [&] { return events_ == 0; });
}

std::vector<submission> intake::close() {
  std::function<void()> wake;  // destroyed after the lock is released: it holds the router
  std::vector<submission> left;
  std::lock_guard lock(mutex_);
  draining_ = true;
  wake_router_.swap(wake);
  waiting_.swap(left);
  for (const auto& request : left) {
    events_ -= request.events.size();
    bytes_ -= bytes_of(request);
  }
  return left;
}

}  // namespace airtrain
