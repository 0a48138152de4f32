#pragma once

#include <array>
#include <mutex>

#include "store/embedded/disk_watch.hpp"
#include "store/embedded/engine.hpp"
#include "store/embedded/file_check.hpp"
#include "store/embedded/maintenance.hpp"
#include "store/embedded/task_thread.hpp"
#include "store/embedded/writer.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// The store on RocksDB. Threads: the writer; two readers for fetches that memory can't serve (each
/// connector always the same one); one for questions; one for maintenance, one for
/// the disk's room, one that checks the files.
class embedded_store final : public store {
 public:
  embedded_store(const store_settings& settings, environment env);
  ~embedded_store() override;

  /// Opens and recovers; before anything else.
  store_error start();

  store_caps caps() const override { return {.survives_process = true, .shared_by_nodes = false}; }
  result<connector_id, store_error> connector(std::string_view name) override;
  std::vector<connector_counts> counts() const override;
  std::optional<connector_counts> counts(connector_id id) const override;
  void limit_backlog(connector_id id, backlog_limit by) override;
  void publish(std::vector<publish_request> requests, publish_done then) override;
  void open(connector_id id, std::function<void()> on_work, open_done then) override;
  void fetch(connector_id id, std::uint64_t epoch, fetch_request what, fetch_done then) override;
  void settle(connector_id id, std::uint64_t epoch, std::vector<settlement> settlements) override;
  void save_owner_state(connector_id id, std::uint64_t epoch, std::string state) override;
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

  /// One round of retention now; waits for it.
  store_error trim() { return maintenance_.trim(); }
  /// Brings the high-water file up to what is durable now, not a moment later.
  void note_durable() { watch_.note_durable(); }
  /// Reads all blocks of all tables now; waits for it. What it finds is in `health`.
  void check_files() { check_.pass(); }
  /// Events below it are gone from the log.
  std::uint64_t edge() const { return engine_.edge; }

 private:
  task_thread& reader_of(connector_id id);
  bool any_dirty() const;
  /// Reads on a thread of the store; `after_flush`: what was settled before is written first.
  template <class T>
  void read(task_thread& on, bool after_flush,
            std::function<result<T, store_error>(database&)> what, answer<T> then);
  template <class Change>
  void operate(Change change, answer<bulk_result> then);

  engine engine_;
  writer writer_;
  std::array<task_thread, 2> readers_;
  task_thread questions_;
  maintenance maintenance_;
  disk_watch watch_;
  file_check check_;
  std::mutex closing_;
};

}  // namespace airtrain::embedded
