#include "core/dispatch/delivery_window.hpp"

#include <algorithm>

#include "messages/invariant.hpp"

namespace airtrain {
namespace {

bool active(slot_state state) {
  return state == slot_state::ready || state == slot_state::in_flight;
}

}  // namespace

delivery_window::delivery_window(std::uint32_t count_max, std::size_t bytes_max)
    : count_max_(std::max(count_max, 1u)), bytes_max_(std::max<std::size_t>(bytes_max, 1)) {
  AIRTRAIN_INVARIANT(count_max_ < (1u << slot_bits));
}

slot_index delivery_window::admit(delivery what, bool retry) {
  slot_index index = no_slot;
  if (free_.empty()) {
    index = static_cast<slot_index>(slots_.size());
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  window_slot& slot = slots_[index];
  AIRTRAIN_INVARIANT(slot.state == slot_state::free);
  slot.what = std::move(what);
  slot.bytes = slot.what.event ? slot.what.event->bytes().size() : 0;
  slot.retry = retry;
  slot.failed = false;
  slot.queued = false;
  slot.sent = false;
  slot.probes = 0;
  slot.admission = next_admission_++;
  slot.serial = 0;
  ++used_;
  bytes_ += slot.bytes;
  enter(index, slot_state::follower);
  return index;
}

void delivery_window::enter(slot_index index, slot_state state) {
  window_slot& slot = slots_[index];
  if (slot.state != slot_state::free) --counts_[static_cast<std::size_t>(slot.state)];
  if (slot.state == slot_state::follower) follower_bytes_ -= slot.bytes;
  if (slot.retry && active(slot.state)) --active_retries_;
  if (slot.state == slot_state::ready && slot.retry) --retries_ready_;
  slot.state = state;
  if (state != slot_state::free) ++counts_[static_cast<std::size_t>(state)];
  if (state == slot_state::follower) follower_bytes_ += slot.bytes;
  if (slot.retry && active(state)) ++active_retries_;
  if (state == slot_state::ready && slot.retry) ++retries_ready_;
}

void delivery_window::make_ready(slot_index index) {
  window_slot& slot = slots_[index];
  const bool was_sent = slot.state == slot_state::in_flight;
  AIRTRAIN_INVARIANT(was_sent || slot.state == slot_state::follower);
  enter(index, slot_state::ready);
  slot.serial = 0;
  if (slot.queued) return;
  slot.queued = true;
  auto& queue = slot.retry ? retries_ : fresh_;
  // What comes back from an attempt has waited longest.
  if (was_sent)
    queue.push_front({index, slot.admission});
  else
    queue.push_back({index, slot.admission});
}

slot_index delivery_window::front(ready_queue& queue) {
  while (!queue.empty()) {
    const auto [index, admission] = queue.front();
    window_slot& slot = slots_[index];
    if (slot.admission == admission) {
      if (slot.state == slot_state::ready) return index;
      slot.queued = false;
    }
    queue.pop_front();
  }
  return no_slot;
}

std::uint64_t delivery_window::start(slot_index index) {
  window_slot& slot = slots_[index];
  AIRTRAIN_INVARIANT(slot.state == slot_state::ready);
  enter(index, slot_state::in_flight);
  slot.serial = next_attempt_++ << slot_bits | index;
  slot.sent = true;
  return slot.serial;
}

slot_index delivery_window::find(std::uint64_t serial) const {
  const auto index = static_cast<slot_index>(serial & ((1u << slot_bits) - 1));
  if (index >= slots_.size()) return no_slot;
  const window_slot& slot = slots_[index];
  return slot.state == slot_state::in_flight && slot.serial == serial ? index : no_slot;
}

void delivery_window::release(slot_index index) {
  window_slot& slot = slots_[index];
  AIRTRAIN_INVARIANT(slot.state != slot_state::free);
  AIRTRAIN_INVARIANT(slot.previous == no_slot && slot.next == no_slot);
  enter(index, slot_state::free);
  bytes_ -= slot.bytes;
  --used_;
  slot.what.event.reset();
  slot.what.rendered.reset();
  slot.admission = 0;
  slot.serial = 0;
  free_.push_back(index);
}

slot_index delivery_window::probe_candidate(bool newest) const {
  slot_index best = no_slot;
  if (count(slot_state::ready) == 0) return best;
  for (slot_index i = 0; i < slots_.size(); ++i) {
    const window_slot& slot = slots_[i];
    if (slot.state != slot_state::ready) continue;
    if (best == no_slot || slot.probes < slots_[best].probes ||
        (slot.probes == slots_[best].probes && (slot.what.key < slots_[best].what.key) != newest))
      best = i;
  }
  return best;
}

slot_index delivery_window::find_key(const delivery_key& key) const {
  for (slot_index i = 0; i < slots_.size(); ++i)
    if (slots_[i].state != slot_state::free && slots_[i].what.key == key) return i;
  return no_slot;
}

bool delivery_window::followers_fit() const {
  return count(slot_state::follower) <= count_max_ / 2 && follower_bytes_ <= bytes_max_ / 2;
}

std::uint32_t delivery_window::follower_room() const {
  const auto most = count_max_ / 2;
  const auto have = count(slot_state::follower);
  return have < most ? most - have : 0;
}

std::size_t delivery_window::follower_bytes_room() const {
  return follower_bytes_ < bytes_max_ / 2 ? bytes_max_ / 2 - follower_bytes_ : 0;
}

}  // namespace airtrain
