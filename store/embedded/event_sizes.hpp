#pragma once

#include <cstdint>
#include <vector>

#include "messages/result.hpp"
#include "store/embedded/block_index.hpp"
#include "store/embedded/database.hpp"

namespace airtrain::embedded {

/// How large the events of the log are, by its index. Cheap as long as one block is asked for after
/// another. Of a start, before anything is committed.
class event_sizes {
 public:
  /// `incomplete`: the index of the block at `head`.
  event_sizes(database& db, const block_index_builder& incomplete, std::uint64_t head);

  result<std::uint64_t, store_error> of(std::uint64_t seq);

 private:
  store_error read(std::uint64_t block);

  database& db_;
  const std::vector<std::uint32_t>& incomplete_;
  const std::uint64_t last_block_;
  std::uint64_t block_;
  std::vector<std::uint32_t> sizes_;  ///< of `block_`
};

}  // namespace airtrain::embedded
