#include "store/embedded/recent_events.hpp"

#include <utility>

namespace airtrain::embedded {
namespace {

/// What an event takes beside its own bytes: the row here, its routes' block, the event's header.
constexpr std::size_t overhead_bytes = sizeof(event_row) + 128;

std::size_t bytes_of(const event_row& row) {
  return row.what->bytes().size() + row.routes.size() * sizeof(route) + overhead_bytes;
}

}  // namespace

void recent_events::add(std::vector<addition> events) {
  std::vector<event_row> gone;  // freed after the lock is released
  const std::lock_guard lock{mutex_};
  for (auto& [seq, row] : events) {
    if (seq != first_seq_ + rows_.size()) {
      rows_.clear();
      bytes_ = 0;
      first_seq_ = seq;
    }
    bytes_ += bytes_of(row);
    rows_.push_back(std::move(row));
  }
  while (bytes_ > bytes_max_) {
    bytes_ -= bytes_of(rows_.front());
    gone.push_back(std::move(rows_.front()));
    rows_.pop_front();
    ++first_seq_;
  }
}

std::vector<loaded_event> recent_events::find(connector_id connector,
                                              const std::vector<delivery_key>& keys) const {
  std::vector<loaded_event> out(keys.size());
  const std::lock_guard lock{mutex_};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto seq = keys[i].seq;
    if (seq < first_seq_ || seq - first_seq_ >= rows_.size()) continue;
    const auto& row = rows_[seq - first_seq_];
    if (const auto* to = row.to(connector)) out[i] = {row.what, to->lane};
  }
  return out;
}

}  // namespace airtrain::embedded
