#pragma once

#include <vector>

#include "store/store.hpp"

namespace airtrain {

/// Lets the gate decide about the accepted events of a request that has no conflict: refuses the
/// whole request where one finds a backlog full, and marks the routes that become dead letters.
/// The same for every backend.
void mind_full_backlogs(backlog_gate& gate, publish_request& request,
                        std::vector<published_event>& judged);

/// Only those that were in conflict, or found a backlog full, keep their status.
void refuse_request(std::vector<published_event>& judged);

}  // namespace airtrain
