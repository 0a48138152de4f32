#include "messages/invariant.hpp"
#include "store/embedded/connector_log.hpp"

// What operators decide about deliveries that no owner has taken.

namespace airtrain::embedded {

connector_log::whereabouts connector_log::find(delivery_key key) const {
  std::lock_guard lock{mutex_};
  if (const auto* entry = open_.find(key))
    return entry->taken ? whereabouts::with_owner : whereabouts::open;
  // What it settled since the last flush is not as the disk says.
  if (off_log_.contains(key) || settled_unseen(key)) return whereabouts::with_owner;
  return key.seq >= place_in_log() ? whereabouts::behind : whereabouts::off_log;
}

bool connector_log::settled_unseen(delivery_key key) const {
  const auto left = leaving_.find(key);
  return left != leaving_.end() && left->second > collected_generation_;
}

void connector_log::note_changed(delivery_key key) {
  if (plan_is_out_) changed_since_plan_.insert(key);
}

void connector_log::rendered_anew(delivery_key key, std::int64_t due_ms) {
  std::lock_guard lock{mutex_};
  note_changed(key);
  if (due_ms > 0) note_due(due_ms);
}

std::optional<std::uint64_t> connector_log::next_in_log() const {
  std::lock_guard lock{mutex_};
  if (!tail_.empty() || at_tail_) return std::nullopt;
  return next_;
}

bool connector_log::list_as_open(const std::vector<std::uint64_t>& seqs, std::uint64_t scanned_to) {
  std::lock_guard lock{mutex_};
  const auto room = [&] { return open_.size() < limits_.settings.open_max; };
  if (!room()) return false;
  if (!tail_.empty()) {
    // Its order is that of the log, and what is in memory comes before what is only there.
    const auto& first = tail_.front();
    open_.add({.key = {.seq = first.seq, .part = 0},
               .lane = first.lane,
               .accepted_ms = first.what->accepted_at_ms(),
               .taken = false});
    limits_.tail_bytes.fetch_sub(first.what->bytes().size());
    tail_.pop_front();
    touched_ = true;
    return true;
  }
  if (at_tail_ || scanned_to <= next_) return false;
  for (const auto seq : seqs) {
    if (seq < next_) continue;
    if (!room()) {
      next_ = seq;
      return true;
    }
    open_.add({.key = {.seq = seq, .part = 0}, .accepted_ms = behind_since_ms_, .taken = false});
  }
  next_ = scanned_to;
  at_tail_ = routed_to_ <= next_;
  touched_ = true;
  return true;
}

bool connector_log::decide(loaded_delivery one, settlement decided, std::int64_t now_ms) {
  std::lock_guard lock{mutex_};
  if (one.place == loaded_delivery::from::log) {
    const auto* entry = open_.find(one.what.key);
    if (!entry || entry->taken) return false;
  }
  const auto key = one.what.key;
  // It may have been fetched and settled since it was found.
  if (settled_unseen(key) || !take_one(one)) return false;
  note_changed(key);
  settle_one(decided, now_ms);
  has_changed();
  return true;
}

}  // namespace airtrain::embedded
