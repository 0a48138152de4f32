#include "store/embedded/log_index.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "messages/invariant.hpp"
#include "store/embedded/bytes.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

// Bounds one read through a stretch of the log that has nothing for the connector.
constexpr std::uint64_t blocks_per_read_max = 1024;

store_error damaged_block(std::uint64_t block) {
  return {store_error_code::damaged, fmt::format("rix: the index of block {} is damaged", block)};
}

}  // namespace

std::uint64_t log_index::head() const {
  std::lock_guard lock{mutex_};
  return head_;
}

void log_index::start(std::uint64_t head, block_index_builder incomplete) {
  std::lock_guard lock{mutex_};
  head_ = head;
  recent_.clear();
  recent_[block_of(head)] = std::move(incomplete);
}

std::vector<row_change> log_index::append(std::span<const addition> events) {
  std::lock_guard lock{mutex_};
  std::vector<row_change> complete;
  for (const auto& event : events) {
    const auto block = block_of(event.seq);
    recent_[block].add(static_cast<block_offset>(event.seq % block_events), event.accepted_ms,
                       event.bytes, event.routes);
    if (event.seq % block_events == block_events - 1)
      complete.push_back({family::rix, block_key(block), recent_[block].encode()});
  }
  return complete;
}

void log_index::commit(std::uint64_t head) {
  std::lock_guard lock{mutex_};
  AIRTRAIN_INVARIANT(head >= head_);
  head_ = head;
  recent_.erase(recent_.begin(), recent_.lower_bound(block_of(head)));
}

bool log_index::read_recent(std::uint64_t block, connector_id connector, std::uint64_t from,
                            run& out) const {
  std::lock_guard lock{mutex_};
  const auto found = recent_.find(block);
  if (found == recent_.end()) {
    if (block < block_of(head_)) return false;
    out.scanned_to = std::max(out.scanned_to, head_);
    out.at_head = true;
    return true;
  }
  const auto base = block * block_events;
  const auto offset = static_cast<block_offset>(from > base ? from - base : 0);
  for (auto at : found->second.of(connector, offset))
    if (base + at < head_) out.seqs.push_back(base + at);
  out.scanned_to = std::min(head_, base + block_events);
  out.at_head = out.scanned_to == head_;
  return true;
}

result<log_index::run, store_error> log_index::after(database& db, connector_id connector,
                                                     std::uint64_t from,
                                                     std::size_t count_max) const {
  run out;
  out.scanned_to = from;
  std::vector<block_offset> offsets;
  for (std::uint64_t blocks = 0; blocks < blocks_per_read_max; ++blocks) {
    const auto block = block_of(out.scanned_to);
    if (!read_recent(block, connector, out.scanned_to, out)) {
      const auto row = db.get(family::rix, block_key(block));
      if (!row) return failure(row.error());
      const auto view = *row ? block_index_view::read(**row) : std::nullopt;
      offsets.clear();
      const auto base = block * block_events;
      const auto first = static_cast<block_offset>(out.scanned_to - base);
      if (!view || !view->offsets(connector, first, offsets)) return failure(damaged_block(block));
      for (auto at : offsets) out.seqs.push_back(base + at);
      out.scanned_to = base + block_events;
    }
    if (out.seqs.size() > count_max) {
      out.scanned_to = out.seqs[count_max];
      out.seqs.resize(count_max);
      out.at_head = false;
      return out;
    }
    if (out.at_head || out.seqs.size() == count_max) return out;
  }
  return out;
}

result<block_index_builder, store_error> index_block(database& db, std::uint64_t block) {
  block_index_builder out;
  store_error damage;
  const auto error =
      db.scan(family::ev, event_key(block * block_events), event_key((block + 1) * block_events),
              [&](std::string_view key, std::string_view value) {
                const auto row = decode_event_row(value);
                const auto seq = byte_reader{key}.be64();
                if (!row) {
                  damage = {store_error_code::damaged, fmt::format("ev: event {} is damaged", seq)};
                  return false;
                }
                out.add(static_cast<block_offset>(seq % block_events), row->what->accepted_at_ms(),
                        row->what->bytes().size(), row->routes);
                return true;
              });
  if (error.code != store_error_code::none) return failure(error);
  if (damage.code != store_error_code::none) return failure(damage);
  return out;
}

}  // namespace airtrain::embedded
