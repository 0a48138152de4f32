#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "actors/submission.hpp"

namespace airtrain {

/// Where requests wait for the router. Bounded in events and bytes, counted until they are
/// committed; the router takes all that has gathered at once and is woken only when it had nothing
/// to do. Any thread.
class intake {
 public:
  struct limits {
    std::uint32_t events_max = 65'536;
    std::size_t bytes_max = 64u << 20;
    /// With the store at once. What comes meanwhile gathers: a sync costs the same for few as for
    /// many.
    std::uint32_t publishes_max = 1;
  };
  intake(limits bounds, std::function<void()> wake_router);

  /// Takes each request (`none`) and moves it out, or leaves it and says why not: overloaded,
  /// draining. `done` is only kept, not called.
  std::vector<submit_code> add(std::vector<submission>& requests);

  /// The router's side: swaps everything gathered for `empty`. False: nothing is there, or the
  /// store has enough to do; the router will be woken.
  bool take(std::vector<submission>& empty);
  /// The store has answered for a batch that `take` gave.
  void finished(const std::vector<submission>& batch);

  /// Refuses everything from here on as `draining`.
  void drain();
  /// Waits until all that was taken is committed; false: `until` passed first.
  bool wait_until_empty(std::chrono::steady_clock::time_point until);
  /// Drains, lets go of the router and gives back what nobody will take any more.
  std::vector<submission> close();

 private:
  submit_code admit(submission& request, std::size_t bytes);
  bool should_wake();

  const limits limits_;
  std::function<void()> wake_router_;
  std::mutex mutex_;
  std::condition_variable emptied_;
  std::vector<submission> waiting_;
  std::size_t events_ = 0;  ///< added and not committed
  std::size_t bytes_ = 0;
  std::uint32_t publishes_ = 0;
  bool router_awake_ = false;
  bool draining_ = false;
};

}  // namespace airtrain
