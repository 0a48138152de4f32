#include "store/embedded/delivery_questions.hpp"

#include <algorithm>

#include "store/embedded/attempt_rows.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"

namespace airtrain::embedded {
namespace {

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

struct past {
  std::vector<attempt_record> attempts;
  std::optional<reason> discarded;
};

result<past, store_error> past_of(database& db, connector_id connector, delivery_key key) {
  past out;
  const auto block = block_of(key.seq);
  const auto prefix = attempts_prefix(block, connector);
  bool damaged = false;
  const auto error = db.scan(family::att, prefix, after_prefix(prefix),
                             [&](std::string_view, std::string_view row) {
                               const auto some = decode_attempts(block, row);
                               damaged |= !some;
                               for (const auto& one : some.value_or(std::vector<remembered>{})) {
                                 if (one.key != key) continue;
                                 if (one.discarded) out.discarded = one.why_discarded;
                                 if (one.attempted) out.attempts.push_back(one.attempt);
                               }
                               return !damaged;
                             });
  if (!ok(error)) return failure(error);
  if (damaged) return failure(store_error{store_error_code::damaged, "att: a damaged row"});
  // A commit that failed and landed all the same was written twice.
  std::stable_sort(out.attempts.begin(), out.attempts.end(),
                   [](const auto& a, const auto& b) { return a.n < b.n; });
  const auto same = [](const auto& a, const auto& b) { return a.n == b.n && a.at_ms == b.at_ms; };
  out.attempts.erase(std::unique(out.attempts.begin(), out.attempts.end(), same),
                     out.attempts.end());
  return out;
}

result<bool, store_error> is_parked(database& db, connector_id connector, delivery_key key,
                                    lane_id lane) {
  bool found = false;
  const auto error = db.scan(family::park, park_prefix(connector, lane),
                             after_prefix(park_key(connector, lane, key)),
                             [&](std::string_view, std::string_view row) {
                               const auto keys = decode_key_list(row);
                               found = keys && std::binary_search(keys->begin(), keys->end(), key);
                               return !found;
                             });
  if (!ok(error)) return failure(error);
  return found;
}

}  // namespace

result<delivery_detail, store_error> describe_delivery(database& db, const connector_log& connector,
                                                       delivery_key key, lane_id lane) {
  delivery_detail out;
  out.connector = connector.id();
  out.connector_name = connector.name();
  out.key = key;
  out.lane = lane;
  auto before = past_of(db, connector.id(), key);
  if (!before) return failure(before.error());
  out.attempts = std::move(before->attempts);
  if (!out.attempts.empty()) {
    out.why = out.attempts.back().why;
    out.history.attempts = out.attempts.back().n;
    out.history.first_attempt_at_ms = out.attempts.front().at_ms;
    out.history.last_attempt_at_ms = out.attempts.back().at_ms;
  }
  const auto in_memory = connector.state_of(key);
  const auto held = load_held(db, connector.id(), {key});
  if (!held) return failure(held.error());
  if (const auto& record = held->front()) {
    out.state = in_memory.value_or(shown(record->state));
    out.why = record->why;
    out.history = record->history;
    if (record->state == held_state::retry) out.next_attempt_ms = record->due_ms;
  } else if (in_memory) {
    out.state = *in_memory;
  } else {
    const auto parked = is_parked(db, connector.id(), key, lane);
    if (!parked) return failure(parked.error());
    if (*parked) {
      out.state = delivery_state::waiting;
    } else if (before->discarded) {
      out.state = delivery_state::discarded;
      out.why = *before->discarded;
    } else {
      out.state = delivery_state::delivered;
    }
  }
  if (ended(out.state)) return out;
  const auto in_lane = connector.show(lane);
  if (in_lane.stopped && in_lane.stopped_by < key) out.why = reason::lane_stopped;
  if (!connector.opened()) out.state = delivery_state::orphaned;
  return out;
}

}  // namespace airtrain::embedded
