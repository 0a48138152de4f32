#include "store/embedded/pending_events.hpp"

#include <algorithm>

#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

/// `visit` says whether to go on.
template <class Visit>
store_error visit_copies(database& db, connector_id connector, std::uint64_t from,
                         std::uint64_t edge, Visit visit) {
  // One with a record of its own was refused by a full backlog: it is not to be taken from here.
  std::optional<delivery_key> recorded;
  return db.scan(family::held, held_key(connector, {.seq = from, .part = 0}),
                 held_key(connector, {.seq = edge, .part = 0}), [&](std::string_view key, auto) {
                   const auto at = held_position_from(key);
                   if (at && !at->is_payload) recorded = at->key;
                   return !at || !at->is_payload || at->key == recorded || visit(at->key.seq);
                 });
}

}  // namespace

result<log_index::run, store_error> events_after(const engine& with, database& db,
                                                 connector_id connector, std::uint64_t from,
                                                 std::size_t count_max) {
  while (true) {
    const auto edge = with.edge.load();
    log_index::run out;
    if (from < edge) {
      const auto error = visit_copies(db, connector, from, edge, [&](std::uint64_t seq) {
        out.seqs.push_back(seq);
        return out.seqs.size() < count_max;
      });
      if (error.code != store_error_code::none) return failure(error);
      if (out.seqs.size() >= count_max) {
        out.scanned_to = out.seqs.back() + 1;
        return out;
      }
    }
    auto rest = with.index.after(db, connector, std::max(from, edge), count_max - out.seqs.size());
    // The log was cut while it was read: what is missing now was copied before.
    if (with.edge.load() != edge) continue;
    if (!rest) return failure(rest.error());
    out.seqs.insert(out.seqs.end(), rest->seqs.begin(), rest->seqs.end());
    out.scanned_to = rest->scanned_to;
    out.at_head = rest->at_head;
    return out;
  }
}

result<std::uint64_t, store_error> copied_after(const engine& with, database& db,
                                                connector_id connector, std::uint64_t from) {
  std::uint64_t count = 0;
  const auto error = visit_copies(db, connector, from, with.edge.load(), [&](std::uint64_t) {
    ++count;
    return true;
  });
  if (error.code != store_error_code::none) return failure(error);
  return count;
}

}  // namespace airtrain::embedded
