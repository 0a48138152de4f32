#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace airtrain::http {

/// One thread with its own event loop. All sockets of a loop are used on its thread only.
class io_loop {
 public:
  /// Runs `work` on the loop's thread, in order. From any thread. Cheap: work is gathered in a
  /// vector that is swapped whole, the loop is woken only when it was empty. Dropped (destroyed
  /// without running) once the pool has stopped.
  void post(std::function<void()> work);
  bool on_its_thread() const;

  struct impl;
  explicit io_loop(std::shared_ptr<impl> i);
  ~io_loop();
  impl& inside() { return *impl_; }  ///< for the files of this folder

 private:
  const std::shared_ptr<impl> impl_;
};

/// While it lives, what its thread posts is gathered, and handed over at its end: one lock and one
/// wake-up for each loop. For whoever answers many at once from outside the loops. The loops may
/// end meanwhile: what was gathered for them is dropped then.
class posting_together {
 public:
  posting_together();
  ~posting_together();
  posting_together(const posting_together&) = delete;

 private:
  const bool outermost_;
};

/// The I/O threads of the process.
class io_pool {
 public:
  /// `threads` 0: one per core, at most 8.
  explicit io_pool(std::uint32_t threads);
  ~io_pool();  ///< stops and joins
  io_pool(const io_pool&) = delete;

  std::size_t size() const;
  io_loop& at(std::size_t index);
  /// The loop of the calling thread; else one in turn.
  io_loop& near();
  static std::size_t index_of(io_loop& loop);
  void stop();  ///< idempotent; not from one of its threads

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace airtrain::http
