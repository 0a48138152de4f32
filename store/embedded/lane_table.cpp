#include "store/embedded/lane_table.hpp"

#include "messages/invariant.hpp"

namespace airtrain::embedded {

std::uint64_t lane_table::lane::aside_count() const {
  AIRTRAIN_INVARIANT(aside.size() + parked >= taken);
  return aside.size() + parked - taken;
}

bool lane_table::lane::empty() const {
  return dead == 0 && stoppers.empty() && waiting.empty() && aside.empty() && rows.empty() &&
         arriving.empty() && leaving.empty();
}

bool lane_table::lane::blocked() const {
  return !stoppers.empty() || !waiting.empty() || aside_count() > 0;
}

lane_table::lane* lane_table::find(lane_id id) {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : &found->second;
}

const lane_table::lane* lane_table::find(lane_id id) const {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : &found->second;
}

bool lane_table::drop_if_empty(lane_id id) {
  const auto found = lanes_.find(id);
  if (found == lanes_.end() || !found->second.empty()) return false;
  const bool noted = found->second.newest_effect.has_value();
  lanes_.erase(found);
  return noted;
}

void lane_table::forget_taken() {
  for (auto& [id, entry] : lanes_) entry.taken = 0;
}

void lane_table::stop(lane_id id, delivery_key by) {
  auto& stoppers = of(id).stoppers;
  if (stoppers.empty()) ++stopped_;
  stoppers.insert(by);
}

void lane_table::unstop(lane_id id, delivery_key by) {
  auto* entry = find(id);
  if (!entry || entry->stoppers.erase(by) == 0) return;
  if (entry->stoppers.empty()) --stopped_;
}

blocked_lane lane_table::show(lane_id id) const {
  blocked_lane out;
  out.lane = id;
  const auto* entry = find(id);
  if (!entry) return out;
  out.stopped = !entry->stoppers.empty();
  if (out.stopped) out.stopped_by = *entry->stoppers.begin();
  out.waiting.assign(entry->waiting.begin(), entry->waiting.end());
  out.aside_count = entry->aside_count();
  return out;
}

}  // namespace airtrain::embedded
