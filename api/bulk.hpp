#pragma once

#include <functional>
#include <vector>

#include "api/body.hpp"
#include "api/call.hpp"
#include "api/context.hpp"

namespace airtrain::api {

/// What a bulk action is done to, and how. Both run on the call's loop.
struct bulk_work {
  using ids_of_page = std::function<void(std::vector<dead_letter_id> ids, std::string next)>;
  /// The ids of the next that match the filter, at most `page.limit`.
  std::function<void(page_request page, ids_of_page then)> read_page;
  /// Acts on them, or with `dry_run` only judges.
  std::function<void(std::vector<dead_letter_id> ids, store::answer<bulk_result> then)> act;
};

/// Does `work` to what the body selects and answers `{matched, done, refused, next}`. What was done
/// does not match again: after a crash, or to go on behind `next`, the request is repeated.
void run_bulk(const call_ref& c, bulk_work work, bulk_body given);

/// `{ids | filter, ...}` in words, for the audit record.
std::string in_words(const bulk_body& given);

}  // namespace airtrain::api
