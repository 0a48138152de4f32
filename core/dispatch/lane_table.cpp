#include "core/dispatch/lane_table.hpp"

#include <algorithm>

#include "messages/invariant.hpp"

namespace airtrain {

const lane_entry* lane_table::find(lane_id lane) const {
  const auto at = lanes_.find(lane);
  return at == lanes_.end() ? nullptr : &at->second;
}

lane_table::placement lane_table::place(slot_index index, fetch_kind from) {
  const window_slot& slot = window_.at(index);
  AIRTRAIN_INVARIANT(slot.what.lane != no_lane && slot.state == slot_state::follower);
  const auto at = lanes_.try_emplace(slot.what.lane).first;
  lane_entry& lane = at->second;
  switch (from) {
    case fetch_kind::fresh:
      return place_fresh(lane, index);
    case fetch_kind::due:
      return place_due(lane, index);
    case fetch_kind::lane:
      // Its number was chosen so that all of them may stay.
      return place_behind(lane, index, true);
  }
  return place_behind(lane, index, false);
}

slot_index lane_table::superseded_by(slot_index newer, fetch_kind from) const {
  const window_slot& slot = window_.at(newer);
  const lane_entry* lane = find(slot.what.lane);
  if (!lane || from == fetch_kind::due || slot.what.history.lift_deadline) return no_slot;
  const slot_index before = lane->last_follower != no_slot ? lane->last_follower : lane->active;
  if (before == no_slot) return no_slot;
  const delivery& earlier = window_.at(before).what;
  const auto between = [&](const delivery_key& key) {
    return earlier.key < key && key < slot.what.key;
  };
  const bool adjacent =
      earlier.key < slot.what.key &&
      !(from == fetch_kind::fresh && lane->aside && lane->first_aside < slot.what.key) &&
      std::none_of(lane->waiting.begin(), lane->waiting.end(),
                   [&](const waiting_retry& w) { return between(w.key); });
  const bool replaced = adjacent && window_.at(before).never_went_out() &&
                        earlier.event->type() == slot.what.event->type();
  return replaced ? before : no_slot;
}

lane_table::placement lane_table::place_fresh(lane_entry& lane, slot_index index) {
  const auto& key = window_.at(index).what.key;
  if (lane.aside && key > lane.first_aside) return move_aside(lane, key);
  return place_behind(lane, index, false);
}

lane_table::placement lane_table::place_due(lane_entry& lane, slot_index index) {
  const auto& key = window_.at(index).what.key;
  std::erase_if(lane.waiting, [&](const waiting_retry& w) { return w.key == key; });
  if (lane.stopped && key == lane.stopped_by) {
    release(lane);
    lane.release_word_outstanding = true;
  }
  return place_behind(lane, index, false);
}

lane_table::placement lane_table::place_behind(lane_entry& lane, slot_index index, bool must_stay) {
  const window_slot& slot = window_.at(index);
  const auto& key = slot.what.key;
  if (lane.stopped && key > lane.stopped_by) return move_aside(lane, key);
  if (lane.active == no_slot && !lane.blocks(key)) {
    lane.active = index;
    return placement::ready;
  }
  // The slot counts as a follower since it was admitted.
  const bool fits = window_.followers_fit();
  if (!must_stay && !fits) return move_aside(lane, key);
  follow(lane, index);
  return placement::follower;
}

lane_table::placement lane_table::move_aside(lane_entry& lane, const delivery_key& key) {
  lane.first_aside = lane.aside ? std::min(lane.first_aside, key) : key;
  lane.aside = true;
  lane.aside_since_fetch = true;
  return placement::aside;
}

void lane_table::follow(lane_entry& lane, slot_index index) {
  // From the back: all but replays and what an earlier owner had taken come in order.
  slot_index before = lane.last_follower;
  const auto& key = window_.at(index).what.key;
  while (before != no_slot && window_.at(before).what.key > key)
    before = window_.at(before).previous;
  const slot_index after = before == no_slot ? lane.first_follower : window_.at(before).next;
  window_.at(index).previous = before;
  window_.at(index).next = after;
  (before == no_slot ? lane.first_follower : window_.at(before).next) = index;
  (after == no_slot ? lane.last_follower : window_.at(after).previous) = index;
}

void lane_table::unlink(lane_entry& lane, slot_index index) {
  window_slot& slot = window_.at(index);
  (slot.previous == no_slot ? lane.first_follower : window_.at(slot.previous).next) = slot.next;
  (slot.next == no_slot ? lane.last_follower : window_.at(slot.next).previous) = slot.previous;
  slot.previous = no_slot;
  slot.next = no_slot;
}

lane_table::lane_map::iterator lane_table::active_lane(slot_index index) {
  const auto at = lanes_.find(window_.at(index).what.lane);
  AIRTRAIN_INVARIANT(at != lanes_.end() && at->second.active == index);
  return at;
}

slot_index lane_table::ended(slot_index index) {
  const auto at = active_lane(index);
  at->second.active = no_slot;
  return promote(at);
}

slot_index lane_table::waits(slot_index index, std::int64_t due_ms) {
  const auto at = active_lane(index);
  auto& waiting = at->second.waiting;
  const waiting_retry added{window_.at(index).what.key, due_ms};
  const auto place = std::find_if(waiting.begin(), waiting.end(),
                                  [&](const waiting_retry& w) { return w.key > added.key; });
  waiting.insert(place, added);
  at->second.active = no_slot;
  return promote(at);
}

void lane_table::stop(slot_index index, std::vector<slot_index>& to_aside) {
  lane_entry& lane = active_lane(index)->second;
  const auto& key = window_.at(index).what.key;
  lane.active = no_slot;
  lane.stopped_by = lane.stopped ? std::min(lane.stopped_by, key) : key;
  if (!lane.stopped) ++stopped_;
  lane.stopped = true;
  while (lane.first_follower != no_slot) {
    const slot_index follower = lane.first_follower;
    unlink(lane, follower);
    move_aside(lane, window_.at(follower).what.key);
    to_aside.push_back(follower);
  }
}

void lane_table::forget(slot_index index) {
  const auto at = lanes_.find(window_.at(index).what.lane);
  AIRTRAIN_INVARIANT(at != lanes_.end());
  lane_entry& lane = at->second;
  if (lane.active == index)
    lane.active = no_slot;
  else
    unlink(lane, index);
}

slot_index lane_table::promote(lane_map::iterator at) {
  lane_entry& lane = at->second;
  AIRTRAIN_INVARIANT(lane.active == no_slot);
  const slot_index first = lane.first_follower;
  if (first != no_slot && !lane.blocks(window_.at(first).what.key)) {
    unlink(lane, first);
    lane.active = first;
    return first;
  }
  settle_down(at);
  return no_slot;
}

void lane_table::settle_down(lane_map::iterator at) {
  lane_entry& lane = at->second;
  if (!lane.nothing_in_memory() || !lane.waiting.empty() || lane.stopped) return;
  if (lane.aside) {
    if (!lane.queued_for_fetch) to_fetch_.push_back(at->first);
    lane.queued_for_fetch = true;
  } else if (!lane.release_word_outstanding) {
    lanes_.erase(at);
  }
}

void lane_table::release(lane_entry& lane) {
  AIRTRAIN_INVARIANT(lane.stopped && stopped_ > 0);
  lane.stopped = false;
  --stopped_;
  // What was replayed with it, and what came meanwhile, is read back in order before anything newer
  // may pass.
  lane.first_aside = lane.aside ? std::min(lane.first_aside, lane.stopped_by) : lane.stopped_by;
  lane.aside = true;
}

void lane_table::restore(const std::vector<blocked_lane>& blocked) {
  for (const blocked_lane& b : blocked) {
    const auto at = lanes_.try_emplace(b.lane).first;
    lane_entry& lane = at->second;
    lane.stopped = b.stopped;
    lane.stopped_by = b.stopped_by;
    if (b.stopped) ++stopped_;
    lane.aside = b.aside_count > 0;
    lane.first_aside = b.first_aside;
    for (const delivery_key& key : b.waiting) lane.waiting.push_back({key, 0});
    settle_down(at);
  }
}

bool lane_table::changed(const blocked_lane& now) {
  auto at = lanes_.find(now.lane);
  const bool anything_on_disk = now.aside_count > 0 || !now.waiting.empty();
  if (at == lanes_.end()) {
    if (!anything_on_disk) return false;
    at = lanes_.try_emplace(now.lane).first;
  }
  lane_entry& lane = at->second;
  bool released = false;
  if (!now.stopped && lane.release_word_outstanding) {
    lane.release_word_outstanding = false;
  } else if (!now.stopped && lane.stopped) {
    release(lane);
    released = true;
  } else if (now.stopped && lane.stopped) {
    lane.stopped_by = now.stopped_by;
  }
  if (anything_on_disk) {
    auto first = now.aside_count > 0 ? now.first_aside : now.waiting.front();
    if (!now.waiting.empty()) first = std::min(first, now.waiting.front());
    move_aside(lane, first);
  }
  settle_down(at);
  return released;
}

slot_index lane_table::no_longer_wait(lane_id id, const std::vector<delivery_key>& ended) {
  const auto at = lanes_.find(id);
  if (at == lanes_.end()) return no_slot;
  lane_entry& lane = at->second;
  const auto gone = std::erase_if(lane.waiting, [&](const waiting_retry& w) {
    return std::find(ended.begin(), ended.end(), w.key) != ended.end();
  });
  return gone > 0 && lane.active == no_slot ? promote(at) : no_slot;
}

std::optional<lane_id> lane_table::next_to_fetch() {
  while (!to_fetch_.empty()) {
    const lane_id id = to_fetch_.front();
    to_fetch_.pop_front();
    const auto at = lanes_.find(id);
    if (at == lanes_.end()) continue;
    lane_entry& lane = at->second;
    lane.queued_for_fetch = false;
    if (!lane.aside || lane.stopped || !lane.waiting.empty() || !lane.nothing_in_memory()) continue;
    lane.aside_since_fetch = false;
    return id;
  }
  return std::nullopt;
}

void lane_table::fetch_failed(lane_id id) {
  const auto at = lanes_.find(id);
  if (at != lanes_.end()) settle_down(at);
}

void lane_table::fetch_ended(lane_id id, bool more) {
  const auto at = lanes_.find(id);
  if (at == lanes_.end()) return;
  if (!more && !at->second.aside_since_fetch) at->second.aside = false;
  settle_down(at);
}

}  // namespace airtrain
