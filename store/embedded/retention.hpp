#pragma once

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// How far the log may be cut off: below what any cursor on disk needs, in whole blocks, as far as
/// `retention.delivered` allows, or further while there are `excess_bytes` too many.
result<std::uint64_t, store_error> edge_to_be(const engine& with, database& db,
                                              std::uint64_t excess_bytes);

/// Copies of the events below `edge` that held and parked deliveries still need. Runs on the
/// writer's thread: nobody else may change those rows meanwhile.
result<std::vector<row_change>, store_error> evacuate(const engine& with, database& db,
                                                      std::uint64_t edge);

/// Drops the log below `edge`, once that edge is on disk.
store_error drop_below(database& db, std::uint64_t edge);

/// The dead letters that are older than `retention.dead_letters` and stop no lane.
result<std::vector<dead_letter_id>, store_error> outlived_dead_letters(const engine& with,
                                                                       database& db);

}  // namespace airtrain::embedded
