#pragma once

#include <functional>
#include <vector>

#include "store/memory/journal.hpp"
#include "store/memory/owners.hpp"
#include "store/memory/questions.hpp"
#include "store/memory_store.hpp"

namespace airtrain::memory {

/// The memory store: a journal, its owners, and what is asked of both.
class stepped_store final : public memory_store {
 public:
  stepped_store(const store_settings& settings, std::function<std::int64_t()> wall_ms)
      : open_max_(settings.open_max),
        wall_ms_(std::move(wall_ms)),
        journal_(settings),
        owners_(open_max_) {}

  store_caps caps() const override { return {.survives_process = false, .shared_by_nodes = false}; }

  result<connector_id, store_error> connector(std::string_view name) override;
  std::vector<connector_counts> counts() const override;
  std::optional<connector_counts> counts(connector_id connector) const override;
  void limit_backlog(connector_id connector, backlog_limit by) override;

  void publish(std::vector<publish_request> requests, publish_done then) override;
  void open(connector_id connector, std::function<void()> on_work, open_done then) override;
  void fetch(connector_id connector, std::uint64_t epoch, fetch_request what,
             fetch_done then) override;
  void settle(connector_id connector, std::uint64_t epoch,
              std::vector<settlement> settlements) override;
  void save_owner_state(connector_id connector, std::uint64_t epoch, std::string state) override;
  void flush(done then) override;

  void event_details(std::string id, std::optional<std::string> source,
                     answer<std::vector<event_detail>> then) override;
  void list_events(event_query query, answer<page<event_summary>> then) override;
  void list_deliveries(delivery_query query, answer<page<delivery_summary>> then) override;
  void list_lanes(lane_query query, answer<page<blocked_lane>> then) override;
  void list_dead_letters(dead_letter_query query, answer<page<dead_letter>> then) override;
  void find_dead_letter(dead_letter_id id, answer<dead_letter> then) override;

  void replay(std::vector<dead_letter_id> ids, replay_options options,
              answer<bulk_result> then) override;
  void discard(std::vector<dead_letter_id> ids, answer<bulk_result> then) override;
  void change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                         answer<bulk_result> then) override;
  void append_audit(audit_record record, done then) override;
  void list_audit(audit_query query, answer<page<audit_record>> then) override;

  store_health health() const override;
  store_figures figures() const override;
  void close() override;

  bool step() override;
  bool answer_reads() override;
  void run() override;
  void crash() override;
  faults& inject() override { return journal_.faults(); }
  std::size_t unsynced() const override { return journal_.unsynced(); }

 private:
  struct pending_read {
    completion run;
    std::function<void(store_error)> refuse;
  };

  template <class T>
  void queue_write(answer<T> then, std::function<T()> apply);
  void queue_write(done then, std::function<void()> apply);
  void queue_write(pending_write what);
  template <class Change>
  void operate(Change what, answer<bulk_result> then);
  template <class T>
  void queue_read(answer<T> then, std::function<result<T, store_error>()> run);

  publish_result publish_now(publish_request request);
  backlog_gate gate_now() const;
  opened_connector open_now(connector_id connector);
  view looking() const;

  std::size_t open_max_;
  std::function<std::int64_t()> wall_ms_;
  journal journal_;
  owners owners_;
  std::map<connector_id, backlog_limit> limits_;
  std::vector<pending_read> reads_;
  bool closed_ = false;
  std::uint64_t committed_events_ = 0;
  std::uint64_t fenced_writes_ = 0;
};

template <class T>
void stepped_store::queue_write(answer<T> then, std::function<T()> apply) {
  pending_write what;
  what.apply = [then, apply = std::move(apply)]() -> completion {
    return [then, value = apply()] { then(value); };
  };
  what.refuse = [then](store_error error) { then(failure(std::move(error))); };
  queue_write(std::move(what));
}

template <class T>
void stepped_store::queue_read(answer<T> then, std::function<result<T, store_error>()> run) {
  pending_read what;
  what.run = [this, then, run = std::move(run)] {
    if (use_up(journal_.faults().fail_reads))
      then(failure(store_error{store_error_code::damaged, "the read failed"}));
    else
      then(run());
  };
  what.refuse = [then](store_error error) { then(failure(std::move(error))); };
  if (closed_) return what.refuse({store_error_code::closed, "the store is closed"});
  reads_.push_back(std::move(what));
}

}  // namespace airtrain::memory
