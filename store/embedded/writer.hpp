#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store/embedded/commit.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// The one thread that writes. Each turn takes all that waits (group commit): the events of many
/// requests, settlements of all connectors, operators' changes; one batch, one sync. What arrives
/// during a sync makes the next group, so groups grow with the load by themselves.
///
/// An error of a write or sync: nothing is taken any more, the database is closed, reopened and
/// checked, what may have landed of the failed commit is found, and only then it goes on.
class writer {
 public:
  explicit writer(engine& with);
  ~writer() { stop(); }

  /// From `engine.index.head()` on; `durable`: what the high-water file says.
  void start(high_water_mark durable);
  /// Ends after a last flush; what waits is answered with `closed`. Idempotent.
  void stop();

  void publish(std::vector<publish_request> requests, store::publish_done done);
  std::uint64_t queued_events() const;

  /// There is something to flush.
  void settled();

  /// Something to do between commits, when all that was settled before can be read.
  struct job {
    /// Reads, and says what to write; may be empty. Runs once or not at all.
    std::function<result<std::vector<row_change>, store_error>(database&)> prepare;
    /// Runs when that is written, or with the error. Exactly once.
    std::function<void(store_error)> finish;
    bool durable = true;  ///< `finish` waits for the sync
  };
  void run(job what);

 private:
  using clock = std::chrono::steady_clock;
  struct publish_call {
    std::vector<publish_request> requests;
    store::publish_done done;
    std::uint64_t events = 0;
    std::size_t bytes = 0;
  };
  struct work {
    std::vector<publish_call> publishes;
    std::vector<std::pair<publish_call, store_error>> refused;
    std::vector<job> jobs;
    bool flush = false;
    bool stopping = false;
  };

  void loop();
  work wait_for_work();
  void take_publishes(work& out);
  void turn(work& what);
  store_error build(database& db, work& what, commit& into);
  store_error run_jobs(database& db, std::vector<job>& jobs, commit& into);
  store_error judge(database& db, work& what, commit& into);
  store_error write(database& db, const commit& what);
  store_error note_durable(const commit& what);
  void committed(commit& what);
  void fan_out(commit& what);
  void answer(work& what, commit& done, const store_error& error);

  void fail(const store_error& error, commit& failed);
  void reopen();
  store_error take_over_landed(database& db);

  engine& engine_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<publish_call> publishes_;
  std::uint64_t queued_events_ = 0;
  std::size_t queued_bytes_ = 0;
  std::vector<job> jobs_;
  std::vector<std::pair<publish_call, store_error>> refused_;
  std::optional<clock::time_point> flush_at_;  ///< set: something is settled
  bool stopping_ = false;
  bool running_ = false;

  // The thread's own.
  std::uint64_t next_seq_ = 1;
  std::vector<row_change> unwritten_;  ///< settled rows of a failed commit, first in the next
  std::vector<std::pair<connector_log*, std::uint64_t>> unwritten_generations_;
  std::vector<std::vector<arrival>> arrivals_;  ///< by connector
  std::size_t cursor_bytes_ = 0;  ///< of the last flush: large ones don't ride every commit
  clock::time_point reopen_at_{};
  std::uint64_t commit_ = 0;  ///< number of the last synced commit that was tried
  high_water_mark durable_;   ///< what is known to be durable
  std::thread thread_;
};

}  // namespace airtrain::embedded
