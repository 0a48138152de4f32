#pragma once

#include "api/body.hpp"
#include "api/call.hpp"
#include "api/context.hpp"

namespace airtrain::api {

/// Dead letters as a query selects them, from the texts of a filter; refuses the call, and is
/// unset, when one of them is wrong.
std::optional<dead_letter_query> dead_letter_query_of(context& shared, const call_ref& c,
                                                      const bulk_filter& filter,
                                                      problem_code refusal);

/// Replays or discards the dead letters that the request selects, or with `dry_run` only counts
/// them, and answers `{matched, done, refused, next}`.
void run_bulk(context& shared, const call_ref& c, bulk_kind kind, bulk_body given);

}  // namespace airtrain::api
