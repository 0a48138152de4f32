#pragma once

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// What one group commit writes, and what follows once it is written.
struct commit {
  // Settlements and operators' changes. If the write fails they are written again, first thing.
  std::vector<row_change> rows;
  std::vector<std::pair<connector_log*, std::uint64_t>> generations;
  std::optional<std::vector<engine::cursor_on_disk>> cursors;

  // Events. If the write fails nobody was told of them, and their numbers are not used again.
  struct new_event {
    std::uint64_t seq = 0;
    id_hash id;
    publish_item* item = nullptr;
  };
  std::vector<new_event> events;
  std::vector<std::vector<publish_result>> answers;  ///< by call
  std::uint64_t next_seq = 0;

  bool sync = false;
};

/// Moves all that was settled since the last flush into `into`: rows, attempts, cursors.
store_error collect_changes(engine& with, database& db, commit& into);

}  // namespace airtrain::embedded
