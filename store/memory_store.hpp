#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain {

/// A store without a disk, for tests and simulation: same promises, deterministic, single-threaded.
/// Nothing happens by itself: requests queue up until `step` (one commit) or `run` is called, on
/// the calling thread, and completions run inside. Settlements and the owner's state are visible at
/// once and durable with the next commit. It keeps what is durable apart from what is only
/// accepted, so that `crash` can lose exactly what a power cut would. It keeps everything for ever
/// and knows no de-dupe window: the retention settings mean nothing here.
///
/// It is stricter than a real store where that shows mistakes: settling what was not taken ends the
/// process.
class memory_store : public store {
 public:
  /// How the next operations go wrong. Each is used up by one commit or read.
  struct faults {
    /// The next n commits fail with `write_failed`. The store then accepts nothing until a later
    /// step has reopened it, which takes one more commit. Settlements stay and ride a later one.
    std::uint32_t fail_commits = 0;
    bool failed_commits_land = false;  ///< what a failed commit held is durable all the same
    std::uint32_t fail_reads = 0;      ///< the next n fetches and questions fail with `damaged`
    bool full = false;                 ///< publish answers `disk_full` while set
  };

  static std::unique_ptr<memory_store> make(const store_settings& settings,
                                            std::function<std::int64_t()> wall_ms);

  /// Executes what is queued as one group commit plus the reads. True: there was something to do.
  virtual bool step() = 0;
  /// The half of `step` that needs no disk: answers queued fetches and questions.
  virtual bool answer_reads() = 0;
  /// Steps until nothing is queued.
  virtual void run() = 0;
  /// The process dies: loses everything not committed, drops all completions without running them,
  /// forgets owners. The object then behaves as freshly opened, also after `close`. `write_failed`
  /// is gone too.
  virtual void crash() = 0;
  virtual faults& inject() = 0;
  /// Settlements accepted and not yet durable.
  virtual std::size_t unsynced() const = 0;
};

}  // namespace airtrain
