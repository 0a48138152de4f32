#include "core/backlog_gate.hpp"

#include "messages/invariant.hpp"

namespace airtrain {

void backlog_gate::limit(connector_id connector, backlog_limit by, std::uint64_t bytes) {
  if (!by.limited()) return;
  if (rooms_.size() <= connector) rooms_.resize(connector + 1);
  rooms_[connector] = {.limit = by, .bytes = bytes};
}

backlog_gate::answer backlog_gate::ask(connector_id connector, std::uint64_t bytes) const {
  if (connector >= rooms_.size()) return answer::fits;
  const auto& [limit, waiting] = rooms_[connector];
  if (!limit.limited() || waiting == 0) return answer::fits;
  if (waiting < limit.bytes_max && bytes <= limit.bytes_max - waiting) return answer::fits;
  return limit.then == when_full::refuse ? answer::refuse : answer::dead_letter;
}

void backlog_gate::take(connector_id connector, std::uint64_t bytes) {
  if (connector >= rooms_.size() || !rooms_[connector].limit.limited()) return;
  rooms_[connector].bytes += bytes;
  taken_.push_back({.connector = connector, .bytes = bytes});
}

void backlog_gate::refuse_request() {
  for (const auto& one : taken_) {
    AIRTRAIN_INVARIANT(rooms_[one.connector].bytes >= one.bytes);
    rooms_[one.connector].bytes -= one.bytes;
  }
  taken_.clear();
}

}  // namespace airtrain
