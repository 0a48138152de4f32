#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain {

/// A store without a disk, for tests and simulation: same promises, deterministic, single-threaded.
/// Nothing happens by itself: requests queue up until `step` (one commit) or `run` is called, on
/// the calling thread, and completions run inside. It keeps what is durable apart from what is only
/// accepted, so that `crash` can lose exactly what a power cut would.
class memory_store : public store {
 public:
  /// How the next operations go wrong. Each is used up by one commit or read.
  struct faults {
    std::uint32_t fail_commits = 0;  ///< the next n commits fail with `write_failed`
    std::uint32_t fail_reads = 0;
    bool full = false;  ///< publish answers `disk_full` while set
  };

  static std::unique_ptr<memory_store> make(const store_settings& settings,
                                            std::function<std::int64_t()> wall_ms);

  /// Executes what is queued as one group commit plus the reads. True: there was something to do.
  virtual bool step() = 0;
  /// Steps until nothing is queued.
  virtual void run() = 0;
  /// The process dies: loses everything not committed, drops all completions without running them,
  /// forgets owners. The object then behaves as freshly opened. `write_failed` is gone too.
  virtual void crash() = 0;
  virtual faults& inject() = 0;
  /// Settlements accepted and not yet durable.
  virtual std::size_t unsynced() const = 0;
};

}  // namespace airtrain
