#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "store/embedded/engine.hpp"
#include "store/embedded/writer.hpp"

namespace airtrain::embedded {

/// Retention, on a thread of its own beside the main flow.
class maintenance {
 public:
  maintenance(engine& with, writer& through);
  ~maintenance() { stop(); }

  void start();
  void stop();
  /// One round of retention now; waits for it. For tests and a disk that is nearly full.
  store_error trim();

 private:
  void loop();
  /// Runs it between two commits and waits until what it wants written is.
  store_error on_writer(
      std::function<result<std::vector<row_change>, store_error>(database&)> prepare);
  store_error drop_history(std::uint64_t edge);
  result<std::uint64_t, store_error> edge_now();
  void note_doubt(std::vector<row_change>& rows);
  bool stopping();
  store_error copy_out(std::uint64_t edge);
  result<std::vector<row_change>, store_error> outlived(database& db, std::uint64_t before,
                                                        std::uint64_t edge);

  engine& engine_;
  writer& writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::mutex trimming_;
  std::uint64_t noted_doubt_ms_ = 0;  ///< of the wall clock, as it is on disk
  std::uint64_t attempts_from_ = 0;   ///< block; attempts before it are gone
  std::thread thread_;
};

}  // namespace airtrain::embedded
