#include "store/memory/journal.hpp"

#include <utility>

namespace airtrain::memory {

bool use_up(std::uint32_t& fault) {
  if (fault == 0) return false;
  --fault;
  return true;
}

void journal::change_ahead(std::function<void(tables&)> what) {
  what(live_);
  ahead_.push_back(std::move(what));
}

void journal::settle_ahead(connector_id connector, settlement decided, std::int64_t now_ms) {
  change_ahead([connector, decided = std::move(decided), now_ms](tables& all) {
    all.settle(connector, decided, now_ms);
  });
  ++unsynced_;
}

void journal::commit() {
  const auto batch = writes_.next_batch();
  broken_ = (!batch.empty() || !ahead_.empty()) && use_up(faults_.fail_commits);
  if (!broken_ || faults_.failed_commits_land) {
    for (const auto& what : std::exchange(ahead_, {})) what(durable_);
    unsynced_ = 0;
  }
  std::vector<completion> answers;
  for (const auto& what : batch) answers.push_back(perform(what));
  ++commits_;
  for (const auto& answer : answers) answer();
}

/// One write of a commit that has failed if `broken_`; gives what to run after the sync.
completion journal::perform(const pending_write& what) {
  const auto refused = [&what](store_error_code code) -> completion {
    return [&what, code] { what.refuse({code, std::string{to_string(code)}}); };
  };
  if (what.overloaded) return refused(store_error_code::overloaded);
  if (faults_.full && what.events > 0) return refused(store_error_code::disk_full);
  if (!broken_) return what.apply();
  if (faults_.failed_commits_land) what.apply();
  return refused(store_error_code::write_failed);
}

void journal::reopen() {
  const auto refused = writes_.take_all();
  broken_ = use_up(faults_.fail_commits);
  for (const auto& what : refused)
    what.refuse({store_error_code::write_failed, "the store is being reopened"});
}

void journal::crash() {
  live_ = durable_;
  ahead_.clear();
  unsynced_ = 0;
  commits_ = 0;
  writes_.clear();
  broken_ = false;
}

}  // namespace airtrain::memory
