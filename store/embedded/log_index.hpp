#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "messages/result.hpp"
#include "store/embedded/block_index.hpp"
#include "store/embedded/database.hpp"

namespace airtrain::embedded {

/// Which events go to a connector from some place in the log on: complete blocks from `rix`, the
/// last, incomplete one from memory. One writer; readers on any thread.
class log_index {
 public:
  /// The first sequence number that is not committed.
  std::uint64_t head() const;

  // --- For the writer.

  /// Starts over at `head`, with the index of its incomplete block.
  void start(std::uint64_t head, block_index_builder incomplete);
  struct addition {
    std::uint64_t seq = 0;
    std::int64_t accepted_ms = 0;
    std::size_t bytes = 0;
    std::span<const route> routes;
  };
  /// Events about to be committed, ascending. Returns the rows of the blocks that are complete with
  /// them, for the same batch. Readers don't see them before `commit`.
  std::vector<row_change> append(std::span<const addition> events);
  void commit(std::uint64_t head);

  // --- For readers.

  struct run {
    std::vector<std::uint64_t> seqs;
    std::uint64_t scanned_to = 0;  ///< all of the connector's below it, from `from` on, are in seqs
    bool at_head = false;
  };
  /// At most about `count_max` of the connector's events from `from` on. It may stop early in a
  /// long stretch without any, with `at_head` false.
  result<run, store_error> after(database& db, connector_id connector, std::uint64_t from,
                                 std::size_t count_max) const;

 private:
  /// True: the block is in memory and was read.
  bool read_recent(std::uint64_t block, connector_id connector, std::uint64_t from, run& out) const;

  mutable std::mutex mutex_;
  std::uint64_t head_ = 1;
  // The incomplete block, and those completed by a batch that is not committed yet.
  std::map<std::uint64_t, block_index_builder> recent_;
};

/// Reads the events of one block back into an index.
result<block_index_builder, store_error> index_block(database& db, std::uint64_t block);

}  // namespace airtrain::embedded
