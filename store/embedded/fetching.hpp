#pragma once

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// Serves a fetch from the disk. For due and lane: what was settled before must have been written.
/// Runs on the connector's reader thread.
result<fetch_result, store_error> fetch_from_disk(engine& with, database& db,
                                                  connector_log& connector, std::uint64_t epoch,
                                                  const fetch_request& what);

/// What a new owner is told. Same conditions.
result<opened_connector, store_error> describe_opened(engine& with, database& db,
                                                      connector_log& connector,
                                                      std::uint64_t epoch);

/// Lanes of the connector as they are now, with the first of those moved aside.
result<std::vector<blocked_lane>, store_error> describe_lanes(database& db,
                                                              connector_log& connector,
                                                              std::vector<blocked_lane> lanes);

/// The lanes of a connector that can't simply flow.
result<page<blocked_lane>, store_error> list_lanes(const engine& with, database& db,
                                                   const lane_query& query);

}  // namespace airtrain::embedded
