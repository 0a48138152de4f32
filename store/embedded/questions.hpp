#pragma once

#include <optional>
#include <string>

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// Answers to questions, from the disk and from the connectors' places in the log. What was settled
/// before must have been written. They run on the thread for questions; a list reads rows until its
/// page is full.

result<std::vector<event_detail>, store_error> find_events(
    engine& with, database& db, const std::string& id, const std::optional<std::string>& source);
result<page<event_summary>, store_error> list_events(engine& with, database& db,
                                                     const event_query& query);
result<page<delivery_summary>, store_error> list_deliveries(engine& with, database& db,
                                                            const delivery_query& query);
result<page<dead_letter>, store_error> list_dead_letters(engine& with, database& db,
                                                         const dead_letter_query& query);
result<dead_letter, store_error> find_dead_letter(engine& with, database& db,
                                                  const dead_letter_id& id);
result<page<audit_record>, store_error> list_audit(database& db, const audit_query& query);

/// The row of an audit record. `serial` tells records of the same millisecond apart.
row_change audit_row(const audit_record& record, std::uint64_t serial);

}  // namespace airtrain::embedded
