#pragma once

#include <cstdint>
#include <map>

#include "messages/result.hpp"
#include "store/embedded/block_index.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// Brings the engine to where the database and the high-water file say it was. Returns what is
/// durable. Costs nothing per kept event: one pass over the
/// block index, the events of the incomplete block, the cursors, and what is held or parked.
result<high_water_mark, store_error> recover(engine& into, database& db);

/// The sequence number of the last event in the log; 0: there is none.
result<std::uint64_t, store_error> last_event(database& db);

/// Builds the missing index rows of the complete blocks from `first_block` up to `head` into
/// `missing`, and returns the index of the incomplete block at `head`.
result<block_index_builder, store_error> rebuild_index(database& db, std::uint64_t first_block,
                                                       std::uint64_t head,
                                                       std::vector<row_change>& missing);

result<std::map<std::uint32_t, std::uint64_t>, store_error> buckets_on_disk(database& db);
/// The row that gives a synced commit its number.
row_change commit_row(std::uint64_t number);
/// Why a log that ends at `found` has lost what was durable; code `none`: it has not.
store_error lost_end(const std::filesystem::path& log, high_water_mark found,
                     high_water_mark durable);
/// The number under that key of `meta`; 0: there is none.
result<std::uint64_t, store_error> number_on_disk(database& db, std::string_view key);

}  // namespace airtrain::embedded
