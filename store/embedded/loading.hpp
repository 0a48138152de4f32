#pragma once

#include <vector>

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"
#include "store/embedded/held_record.hpp"

namespace airtrain::embedded {

/// The events of one connector's deliveries: from the log, or what was copied beside the held and
/// parked rows before the log let go of it. One per key, in order; one that is in neither place is
/// an error.
result<std::vector<loaded_event>, store_error> load_events(const engine& with, database& db,
                                                           connector_id connector,
                                                           const std::vector<delivery_key>& keys);

/// The held records of those keys, in order; nothing where there is none.
result<std::vector<std::optional<held_record>>, store_error> load_held(
    database& db, connector_id connector, const std::vector<delivery_key>& keys);

}  // namespace airtrain::embedded
