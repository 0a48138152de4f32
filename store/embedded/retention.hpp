#pragma once

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// How far the log may be cut off, in whole blocks: as far as `retention.delivered` allows, or
/// further while there are `excess_bytes` too many, but only to where so little of all that goes is
/// still needed that copies of it take less room.
result<std::uint64_t, store_error> edge_to_be(const engine& with, database& db,
                                              std::uint64_t excess_bytes);

/// Drops the log below `edge`, once that edge is on disk.
store_error drop_below(database& db, std::uint64_t edge);

/// The first block whose attempts are kept, from block `from` on: attempts go with the age of their
/// events, or earlier while they take more than an eighth of `retention.max_bytes`.
result<std::uint64_t, store_error> kept_attempts(const engine& with, database& db,
                                                 std::uint64_t from);
/// The first audit record that is kept.
result<std::string, store_error> kept_audit(const engine& with, database& db);

/// The dead letters that are older than `retention.dead_letters` and stop no lane.
result<std::vector<dead_letter_id>, store_error> outlived_dead_letters(const engine& with,
                                                                       database& db);

}  // namespace airtrain::embedded
