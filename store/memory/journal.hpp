#pragma once

#include <functional>
#include <vector>

#include "store/memory/commit_queue.hpp"
#include "store/memory/tables.hpp"
#include "store/memory_store.hpp"

namespace airtrain::memory {

/// What is durable, and what is accepted on top of it. Commits move one to the other, or fail as
/// they are told to.
class journal {
 public:
  explicit journal(const store_settings& settings) : writes_(settings) {}

  /// With all that was accepted.
  const tables& live() const { return live_; }
  memory_store::faults& faults() { return faults_; }
  const memory_store::faults& faults() const { return faults_; }
  /// A commit failed: nothing is taken until `reopen` has found it sound again.
  bool broken() const { return broken_; }
  bool idle() const { return writes_.empty() && ahead_.empty(); }
  std::size_t queued() const { return writes_.size(); }
  std::uint64_t commits() const { return commits_; }
  /// Settlements accepted and not yet durable.
  std::size_t unsynced() const { return unsynced_; }

  void queue(pending_write what) { writes_.push(std::move(what)); }
  /// Changes both tables; within a commit.
  template <class Change>
  auto change(Change what) {
    what(durable_);
    return what(live_);
  }
  /// Visible at once, durable with the next commit, lost by a crash before.
  void change_ahead(std::function<void(tables&)> what);
  void settle_ahead(connector_id connector, settlement decided, std::int64_t now_ms);

  /// Not while it is broken.
  void commit();
  /// Refuses what is queued. Takes one commit, which may fail too.
  void reopen();
  /// Loses what is not durable; drops what is queued without an answer.
  void crash();

 private:
  completion perform(const pending_write& what);

  memory_store::faults faults_;
  tables durable_;
  tables live_;  ///< durable_ and, on top, what `ahead_` holds
  std::vector<std::function<void(tables&)>> ahead_;
  commit_queue writes_;
  std::size_t unsynced_ = 0;
  std::uint64_t commits_ = 0;
  bool broken_ = false;
};

/// Counts a fault down. True: it is to happen.
bool use_up(std::uint32_t& fault);

}  // namespace airtrain::memory
