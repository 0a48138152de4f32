#include "store/embedded/dedupe.hpp"

#include <algorithm>

#include "store/embedded/bytes.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::int64_t bucket_ms_min = 60'000;

void append(std::string& out, const known_id& what) {
  put_be64(out, what.seq);
  put_be64(out, what.content_hash);
  put_signed(out, what.at_ms);
}

}  // namespace

std::optional<known_id> decode_known_id(std::string_view bytes) {
  byte_reader in{bytes};
  known_id out;
  out.seq = in.be64();
  out.content_hash = in.be64();
  out.at_ms = in.signed_varint();
  if (!in.ok()) return std::nullopt;
  return out;
}

dedupe_index::dedupe_index(std::chrono::milliseconds window)
    : window_ms_(window.count()), width_ms_(std::max(window_ms_, bucket_ms_min)) {}

void dedupe_index::recover(std::map<std::uint32_t, std::uint64_t> buckets) {
  first_seq_ = std::move(buckets);
}

std::uint32_t dedupe_index::bucket_at(std::int64_t ms) const {
  const auto bucket = static_cast<std::uint32_t>(std::max<std::int64_t>(ms, 0) / width_ms_);
  // A clock that goes back must not put records behind those of later events.
  return first_seq_.empty() ? bucket : std::max(bucket, first_seq_.rbegin()->first);
}

bool dedupe_index::within_window(std::uint32_t bucket, std::int64_t now_ms) const {
  return (static_cast<std::int64_t>(bucket) + 1) * width_ms_ + window_ms_ > now_ms;
}

result<std::vector<std::optional<known_id>>, store_error> dedupe_index::find(
    database& db, const std::vector<id_hash>& hashes, std::int64_t now_ms) const {
  std::vector<std::optional<known_id>> out(hashes.size());
  std::string bytes;
  bytes.reserve(hashes.size() * dedupe_key_bytes);
  std::vector<rocksdb::Slice> keys(hashes.size());
  for (auto bucket = first_seq_.rbegin(); bucket != first_seq_.rend(); ++bucket) {
    if (!within_window(bucket->first, now_ms)) break;
    bytes.clear();
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      append_dedupe_key(bytes, bucket->first, hashes[i]);
      keys[i] = {bytes.data() + i * dedupe_key_bytes, dedupe_key_bytes};
    }
    const auto rows = db.get_many(family::dd, keys);
    if (!rows) return failure(rows.error());
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (out[i] || !(*rows)[i]) continue;
      const auto known = decode_known_id(*(*rows)[i]);
      if (!known) return failure(store_error{store_error_code::damaged, "dd: a damaged record"});
      if (known->at_ms + window_ms_ > now_ms) out[i] = known;
    }
  }
  return out;
}

void dedupe_index::remember(id_hash hash, const known_id& what, const database& db,
                            rocksdb::WriteBatch& batch) {
  const auto bucket = bucket_at(what.at_ms);
  if (first_seq_.try_emplace(bucket, what.seq).second) {
    std::string first;
    put_be64(first, what.seq);
    db.add(batch, {family::meta, bucket_key(bucket), std::move(first)});
  }
  key_.clear();
  append_dedupe_key(key_, bucket, hash);
  value_.clear();
  append(value_, what);
  db.add(batch, family::dd, key_, value_);
}

std::optional<std::uint32_t> dedupe_index::droppable(std::uint64_t edge,
                                                     std::int64_t now_ms) const {
  if (first_seq_.size() < 2) return std::nullopt;
  const auto oldest = first_seq_.begin();
  const auto next = std::next(oldest);
  if (within_window(oldest->first, now_ms) || next->second > edge) return std::nullopt;
  return oldest->first;
}

void dedupe_index::dropped(std::uint32_t bucket) {
  first_seq_.erase(bucket);
}

std::vector<std::uint32_t> dedupe_index::buckets() const {
  std::vector<std::uint32_t> out;
  for (const auto& [bucket, seq] : first_seq_) out.push_back(bucket);
  return out;
}

}  // namespace airtrain::embedded
