#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/result.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {

/// What is known of a (source, id).
struct known_id {
  std::uint64_t seq = 0;
  std::uint64_t content_hash = 0;
  std::int64_t at_ms = 0;
};

/// The ids of accepted events, in buckets of time that are dropped whole: when their last record is
/// older than the window and their last event is gone from the log. One window is at most two
/// buckets, so that a new id costs two probes that a filter answers. Belongs to the writer.
class dedupe_index {
 public:
  explicit dedupe_index(std::chrono::milliseconds window);

  /// Buckets on disk, with the first sequence number of each.
  void recover(std::map<std::uint32_t, std::uint64_t> buckets);

  /// Per hash what is known of it and within the window.
  result<std::vector<std::optional<known_id>>, store_error> find(database& db,
                                                                 const std::vector<id_hash>& hashes,
                                                                 std::int64_t now_ms) const;
  /// Puts the rows that make an id known into `batch`.
  void remember(id_hash hash, const known_id& what, const database& db, rocksdb::WriteBatch& batch);

  /// The bucket that may be dropped now, when all events below `edge` are gone.
  std::optional<std::uint32_t> droppable(std::uint64_t edge, std::int64_t now_ms) const;
  void dropped(std::uint32_t bucket);

  std::vector<std::uint32_t> buckets() const;

 private:
  std::uint32_t bucket_at(std::int64_t ms) const;
  bool within_window(std::uint32_t bucket, std::int64_t now_ms) const;

  std::int64_t window_ms_;
  std::int64_t width_ms_;
  std::map<std::uint32_t, std::uint64_t> first_seq_;
  // Of the row being written; kept for the next one.
  std::string key_;
  std::string value_;
};

std::optional<known_id> decode_known_id(std::string_view bytes);

}  // namespace airtrain::embedded
