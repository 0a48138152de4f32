#pragma once

#include <vector>

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// Operators' changes. They run on the writer's thread between commits; the rows they return are
/// synced before the operator is answered.
struct operation_result {
  bulk_result what;  ///< `changed` has the lanes' numbers only, see `describe_changed`
  std::vector<row_change> rows;
};

result<operation_result, store_error> replay_dead_letters(engine& with, database& db,
                                                          std::vector<dead_letter_id> ids,
                                                          const replay_options& options);
result<operation_result, store_error> discard_dead_letters(engine& with, database& db,
                                                           std::vector<dead_letter_id> ids);
/// Fills in how the changed lanes are now.
store_error describe_changed(engine& with, database& db, bulk_result& what);

}  // namespace airtrain::embedded
