#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "store/memory_store.hpp"

namespace airtrain {

/// A memory store that works by itself, on a thread of its own, as a real one does. Any thread.
class threaded_store final : public store {
 private:
  /// Completions run inside `step` and may call back into the store.
  template <class Work>
  auto run(Work work) const {
    const std::lock_guard lock{mutex_};
    work_left_ = true;
    wake_.notify_all();
    return work();
  }

 public:
  explicit threaded_store(const store_settings& settings, std::function<std::int64_t()> wall_ms)
      : inner_(memory_store::make(settings, std::move(wall_ms))),
        worker_([this](const std::stop_token& stop) { work(stop); }) {}
  ~threaded_store() override { close(); }

  /// Changes how the next operations go wrong.
  template <class Change>
  void inject(Change change) {
    run([&] { change(inner_->inject()); });
  }

  store_caps caps() const override {
    return run([&] { return inner_->caps(); });
  }
  result<connector_id, store_error> connector(std::string_view name) override {
    return run([&] { return inner_->connector(name); });
  }
  std::vector<connector_counts> counts() const override {
    return run([&] { return inner_->counts(); });
  }
  std::optional<connector_counts> counts(connector_id connector) const override {
    return run([&] { return inner_->counts(connector); });
  }
  void limit_backlog(connector_id connector, backlog_limit by) override {
    run([&] { inner_->limit_backlog(connector, by); });
  }
  void publish(std::vector<publish_request> requests, publish_done then) override {
    run([&] { inner_->publish(std::move(requests), std::move(then)); });
  }
  void open(connector_id connector, std::function<void()> on_work, open_done then) override {
    run([&] { inner_->open(connector, std::move(on_work), std::move(then)); });
  }
  void fetch(connector_id connector, std::uint64_t epoch, fetch_request what,
             fetch_done then) override {
    run([&] { inner_->fetch(connector, epoch, std::move(what), std::move(then)); });
  }
  void settle(connector_id connector, std::uint64_t epoch,
              std::vector<settlement> settlements) override {
    run([&] { inner_->settle(connector, epoch, std::move(settlements)); });
  }
  void save_owner_state(connector_id connector, std::uint64_t epoch, std::string state) override {
    run([&] { inner_->save_owner_state(connector, epoch, std::move(state)); });
  }
  void flush(done then) override {
    run([&] { inner_->flush(std::move(then)); });
  }
  void event_details(std::string id, std::optional<std::string> source,
                     answer<std::vector<event_detail>> then) override {
    run([&] { inner_->event_details(std::move(id), std::move(source), std::move(then)); });
  }
  void list_events(event_query query, answer<page<event_summary>> then) override {
    run([&] { inner_->list_events(std::move(query), std::move(then)); });
  }
  void list_deliveries(delivery_query query, answer<page<delivery_summary>> then) override {
    run([&] { inner_->list_deliveries(std::move(query), std::move(then)); });
  }
  void list_lanes(lane_query query, answer<page<blocked_lane>> then) override {
    run([&] { inner_->list_lanes(std::move(query), std::move(then)); });
  }
  void list_dead_letters(dead_letter_query query, answer<page<dead_letter>> then) override {
    run([&] { inner_->list_dead_letters(std::move(query), std::move(then)); });
  }
  void find_dead_letter(dead_letter_id id, answer<dead_letter> then) override {
    run([&] { inner_->find_dead_letter(id, std::move(then)); });
  }
  void replay(std::vector<dead_letter_id> ids, replay_options options,
              answer<bulk_result> then) override {
    run([&] { inner_->replay(std::move(ids), options, std::move(then)); });
  }
  void discard(std::vector<dead_letter_id> ids, answer<bulk_result> then) override {
    run([&] { inner_->discard(std::move(ids), std::move(then)); });
  }
  void change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                         answer<bulk_result> then) override {
    run([&] { inner_->change_deliveries(std::move(ids), options, std::move(then)); });
  }
  void append_audit(audit_record record, done then) override {
    run([&] { inner_->append_audit(std::move(record), std::move(then)); });
  }
  void list_audit(audit_query query, answer<page<audit_record>> then) override {
    run([&] { inner_->list_audit(std::move(query), std::move(then)); });
  }
  store_health health() const override {
    return run([&] {
      auto found = inner_->health();
      found.damaged = damaged_;
      found.damaged_files = damaged_.size();
      return found;
    });
  }
  /// As if a check of all blocks had found it.
  void damage(const std::string& file) {
    run([&] { damaged_.push_back(file); });
  }
  store_figures figures() const override {
    return run([&] { return inner_->figures(); });
  }
  void close() override {
    worker_.request_stop();
    wake_.notify_all();
    if (worker_.joinable()) worker_.join();
    run([&] { inner_->close(); });
  }

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    while (!stop.stop_requested()) {
      if (inner_->step()) continue;
      work_left_ = false;
      wake_.wait(lock, [&] { return work_left_ || stop.stop_requested(); });
    }
  }

  std::unique_ptr<memory_store> inner_;
  std::vector<std::string> damaged_;
  mutable std::recursive_mutex mutex_;
  mutable std::condition_variable_any wake_;
  mutable bool work_left_ = false;
  std::jthread worker_;
};

}  // namespace airtrain
