#include "store/memory/commit_queue.hpp"

#include <iterator>
#include <utility>

namespace airtrain::memory {

void commit_queue::push(pending_write what) {
  what.overloaded = queued_events_ + what.events > queued_max_;
  if (what.overloaded) what.events = 0;
  queued_events_ += what.events;
  waiting_.push_back(std::move(what));
}

std::vector<pending_write> commit_queue::next_batch() {
  std::vector<pending_write> batch;
  std::size_t events = 0;
  while (!waiting_.empty() && (events == 0 || events + waiting_.front().events <= batch_max_)) {
    events += waiting_.front().events;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  queued_events_ -= events;
  return batch;
}

std::vector<pending_write> commit_queue::take_all() {
  queued_events_ = 0;
  auto all = std::exchange(waiting_, {});
  return {std::make_move_iterator(all.begin()), std::make_move_iterator(all.end())};
}

}  // namespace airtrain::memory
