#include "store/embedded/writer.hpp"

#include <algorithm>

#include "messages/thread_name.hpp"

namespace airtrain::embedded {

writer::writer(engine& with) : engine_(with) {}

void writer::start(high_water_mark durable) {
  next_seq_ = engine_.index.head();
  commit_ = durable.commit;
  durable_ = durable;
  running_ = true;
  thread_ = std::thread{[this] { loop(); }};
}

void writer::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void writer::publish(std::vector<publish_request> requests, store::publish_done done) {
  publish_call call{.requests = std::move(requests), .done = std::move(done)};
  for (const auto& request : call.requests) {
    call.events += request.items.size();
    for (const auto& item : request.items) call.bytes += item.what->bytes().size();
  }
  auto refusal = engine_.health.refusal();
  {
    std::unique_lock lock{mutex_};
    if (!running_ || stopping_) {
      lock.unlock();
      call.done({call.requests.size(), {.error = engine_.health.unavailable(), .events = {}}});
      return;
    }
    const auto& limits = engine_.settings;
    if (refusal.code == store_error_code::none &&
        (queued_events_ + call.events > limits.queue_events_max ||
         queued_bytes_ + call.bytes > limits.queue_bytes_max))
      refusal = {store_error_code::overloaded, "too many events wait for a commit"};
    if (refusal.code != store_error_code::none) {
      refused_.emplace_back(std::move(call), std::move(refusal));
    } else {
      queued_events_ += call.events;
      queued_bytes_ += call.bytes;
      publishes_.push_back(std::move(call));
    }
  }
  changed_.notify_one();
}

std::uint64_t writer::queued_events() const {
  std::lock_guard lock{mutex_};
  return queued_events_;
}

void writer::settled() {
  {
    std::lock_guard lock{mutex_};
    if (flush_at_) return;
    flush_at_ = clock::now() + engine_.settings.settle_interval;
  }
  changed_.notify_one();
}

void writer::run(job what) {
  {
    std::unique_lock lock{mutex_};
    if (!running_ || stopping_) {
      lock.unlock();
      what.finish(engine_.health.unavailable());
      return;
    }
    jobs_.push_back(std::move(what));
  }
  changed_.notify_one();
}

void writer::take_publishes(work& out) {
  std::uint64_t events = 0;
  std::size_t bytes = 0;
  while (!publishes_.empty()) {
    auto& next = publishes_.front();
    if (!out.publishes.empty() && (events + next.events > engine_.settings.commit_events_max ||
                                   bytes + next.bytes > engine_.settings.commit_bytes_max))
      return;
    events += next.events;
    bytes += next.bytes;
    queued_events_ -= next.events;
    queued_bytes_ -= next.bytes;
    out.publishes.push_back(std::move(next));
    publishes_.pop_front();
  }
}

writer::work writer::wait_for_work() {
  // Short lists ride every commit; long ones only when their time has come.
  constexpr std::size_t riding_bytes_max = 4096;
  const bool open = engine_.db.get() != nullptr;
  std::unique_lock lock{mutex_};
  const auto due = [&] {
    const auto now = clock::now();
    return open ? flush_at_ && now >= *flush_at_ : now >= reopen_at_;
  };
  while (!stopping_ && publishes_.empty() && jobs_.empty() && refused_.empty() && !due()) {
    if (!open)
      changed_.wait_until(lock, reopen_at_);
    else if (flush_at_)
      changed_.wait_until(lock, *flush_at_);
    else
      changed_.wait(lock);
  }
  work out;
  out.stopping = stopping_;
  out.refused = std::exchange(refused_, {});
  out.jobs = std::exchange(jobs_, {});
  take_publishes(out);
  out.flush = flush_at_ && (due() || !out.jobs.empty() || stopping_ ||
                            (!out.publishes.empty() && cursor_bytes_ <= riding_bytes_max));
  if (out.flush && open) flush_at_.reset();
  return out;
}

void writer::loop() {
  name_this_thread("store write");
  while (true) {
    auto what = wait_for_work();
    for (auto& [call, error] : what.refused)
      call.done({call.requests.size(), {.error = error, .events = {}}});
    if (!engine_.db.get() && clock::now() >= reopen_at_) reopen();
    turn(what);
    if (!what.stopping) continue;
    std::lock_guard lock{mutex_};
    if (publishes_.empty() && jobs_.empty() && refused_.empty()) {
      running_ = false;
      return;
    }
  }
}

}  // namespace airtrain::embedded
