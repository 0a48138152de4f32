#include "core/dispatch/call_window.hpp"

#include <algorithm>

namespace airtrain {

call_window::call_window(std::chrono::microseconds span)
    : bucket_us_(std::max<std::int64_t>(span.count() / bucket_count, 1)) {}

void call_window::clear() {
  buckets_.fill({});
  calls_ = 0;
  failures_ = 0;
}

void call_window::advance(std::chrono::microseconds now) {
  const std::int64_t number = now.count() / bucket_us_;
  const std::int64_t steps = std::clamp<std::int64_t>(number - current_, 0, bucket_count);
  for (std::int64_t i = 0; i < steps; ++i) {
    bucket& oldest = buckets_[static_cast<std::size_t>((number - i) % bucket_count)];
    calls_ -= oldest.calls;
    failures_ -= oldest.failures;
    oldest = {};
  }
  current_ = std::max(current_, number);
}

void call_window::add(bool failed, std::chrono::microseconds now) {
  advance(now);
  bucket& newest = buckets_[static_cast<std::size_t>(current_ % bucket_count)];
  ++newest.calls;
  ++calls_;
  if (!failed) return;
  ++newest.failures;
  ++failures_;
}

}  // namespace airtrain
