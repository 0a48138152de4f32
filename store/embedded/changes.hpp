#pragma once

#include <vector>

#include "store/embedded/operations.hpp"

namespace airtrain::embedded {

/// Changes deliveries that have not ended and no owner has. On the writer's thread, when all that
/// was settled can be read from the disk.
result<operation_result, store_error> change_deliveries(engine& with, database& db,
                                                        std::vector<dead_letter_id> ids,
                                                        const change_options& options);

}  // namespace airtrain::embedded
