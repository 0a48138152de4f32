#pragma once

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// The connector's events from `from` on, as `log_index::after` finds them, and before them those
/// below the edge: copied out for a connector that was far behind when the log was cut. `from` must
/// be its place in the log: every copy at or behind it is of an event not taken yet.
result<log_index::run, store_error> events_after(const engine& with, database& db,
                                                 connector_id connector, std::uint64_t from,
                                                 std::size_t count_max);

/// How many copies below the edge are not taken yet. Reads their keys.
result<std::uint64_t, store_error> copied_after(const engine& with, database& db,
                                                connector_id connector, std::uint64_t from);

}  // namespace airtrain::embedded
