#include "store/embedded/delivery_questions.hpp"

#include <algorithm>
#include <map>

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

/// What is remembered of deliveries of one connector: read block by block.
class memories {
 public:
  memories(database& db, connector_id connector) : db_(db), connector_(connector) {}

  result<past, store_error> of(delivery_key key) {
    if (block_ != block_of(key.seq))
      if (auto error = read(block_of(key.seq)); !ok(error)) return failure(std::move(error));
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return past{};
    tidy(found->second.attempts);
    return found->second;
  }

 private:
  store_error read(std::uint64_t block) {
    block_ = block;
    by_key_.clear();
    const auto prefix = attempts_prefix(block, connector_);
    bool damaged = false;
    const auto error = db_.scan(family::att, prefix, after_prefix(prefix),
                                [&](std::string_view, std::string_view row) {
                                  auto some = decode_attempts(block, row);
                                  damaged |= !some;
                                  for (auto& one : some.value_or(std::vector<remembered>{})) {
                                    auto& before = by_key_[one.key];
                                    if (one.discarded) before.discarded = one.why_discarded;
                                    if (one.attempted)
                                      before.attempts.push_back(std::move(one.attempt));
                                  }
                                  return !damaged;
                                });
    if (ok(error) && damaged) return {store_error_code::damaged, "att: a damaged row"};
    return error;
  }

  /// A commit that failed and landed all the same was written twice.
  static void tidy(std::vector<attempt_record>& attempts) {
    std::stable_sort(attempts.begin(), attempts.end(),
                     [](const auto& a, const auto& b) { return a.n < b.n; });
    const auto same = [](const auto& a, const auto& b) { return a.n == b.n && a.at_ms == b.at_ms; };
    attempts.erase(std::unique(attempts.begin(), attempts.end(), same), attempts.end());
  }

  database& db_;
  const connector_id connector_;
  std::optional<std::uint64_t> block_;
  std::map<delivery_key, past> by_key_;  ///< of `block_`
};

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

/// One that a full backlog refused is never in the log, wherever the connector's place in it is.
std::optional<delivery_state> state_in_memory(const connector_log& connector, delivery_key key,
                                              bool off_log) {
  auto state = connector.state_of(key);
  if (off_log && state != delivery_state::in_flight) state.reset();
  return state;
}

delivery_detail from_memories(const connector_log& connector, const delivery_in_question& one,
                              const past& before) {
  delivery_detail out;
  out.connector = connector.id();
  out.connector_name = connector.name();
  out.key = one.key;
  out.lane = one.to.lane;
  out.attempts = before.attempts;
  if (out.attempts.empty()) return out;
  out.why = out.attempts.back().why;
  out.history.attempts = out.attempts.back().n;
  out.history.first_attempt_at_ms = out.attempts.front().at_ms;
  out.history.last_attempt_at_ms = out.attempts.back().at_ms;
  return out;
}

result<delivery_detail, store_error> describe(database& db, const connector_log& connector,
                                              const delivery_in_question& one, const past& before,
                                              const std::optional<held_record>& record) {
  auto out = from_memories(connector, one, before);
  const auto in_memory = state_in_memory(connector, one.key, one.to.refused || record);
  if (record) {
    out.state = in_memory.value_or(shown(record->state));
    out.why = record->why;
    out.history = record->history;
    if (record->state == held_state::retry) out.next_attempt_ms = record->due_ms;
  } else if (in_memory) {
    out.state = *in_memory;
  } else {
    using place = delivery_in_question::place;
    auto parked = one.where == place::unknown
                      ? is_parked(db, connector.id(), one.key, one.to.lane)
                      : result<bool, store_error>{one.where == place::parked};
    if (!parked) return failure(parked.error());
    if (*parked) {
      out.state = delivery_state::waiting;
    } else if (before.discarded) {
      out.state = delivery_state::discarded;
      out.why = *before.discarded;
    } else {
      out.state = delivery_state::delivered;
    }
  }
  if (ended(out.state)) return out;
  const auto by = connector.stopped_by(one.to.lane);
  if (by && *by < one.key) out.why = reason::lane_stopped;
  if (!connector.opened()) out.state = delivery_state::orphaned;
  return out;
}

}  // namespace

result<std::vector<delivery_detail>, store_error> describe_deliveries(
    database& db, const connector_log& connector, const std::vector<delivery_in_question>& all) {
  std::vector<delivery_key> keys;
  keys.reserve(all.size());
  for (const auto& one : all) keys.push_back(one.key);
  const auto held = load_held(db, connector.id(), keys);
  if (!held) return failure(held.error());
  memories remembered{db, connector.id()};
  std::vector<delivery_detail> out;
  out.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto before = remembered.of(keys[i]);
    if (!before) return failure(before.error());
    auto one = describe(db, connector, all[i], *before, (*held)[i]);
    if (!one) return failure(one.error());
    out.push_back(std::move(*one));
  }
  return out;
}

}  // namespace airtrain::embedded
