#include "store/embedded/block_index.hpp"

#include <algorithm>

#include "messages/invariant.hpp"
#include "store/embedded/bytes.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

// version u8, time u64, events u32, connectors u32, place of the sizes u32; then 20 bytes per
// connector, ascending: connector u32, count u32, offset of its posting u32, bytes u64; then the
// postings; then the sizes of the events, by offset, as varints. A row of an older version is built
// anew at the start, as a damaged one is.
constexpr std::uint8_t row_version = 2;
constexpr std::size_t head_size = 1 + 8 + 4 + 4 + 4;
constexpr std::size_t entry_size = 20;
constexpr std::size_t varint_postings_max = 512;
constexpr std::size_t bitmap_size = block_events / 8;

std::string encode_posting(const std::vector<block_offset>& offsets) {
  std::string out;
  if (offsets.size() == block_events) return out;
  if (offsets.size() > varint_postings_max) {
    out.resize(bitmap_size);
    for (auto offset : offsets)
      out[offset / 8] = static_cast<char>(out[offset / 8] | (1 << (offset % 8)));
    return out;
  }
  block_offset last = 0;
  for (auto offset : offsets) {
    put_varint(out, static_cast<std::uint64_t>(offset - last));
    last = offset;
  }
  return out;
}

bool decode_bitmap(std::string_view bytes, block_offset from, std::vector<block_offset>& out) {
  if (bytes.size() < bitmap_size) return false;
  for (unsigned offset = from; offset < block_events; ++offset)
    if (static_cast<std::uint8_t>(bytes[offset / 8]) >> (offset % 8) & 1)
      out.push_back(static_cast<block_offset>(offset));
  return true;
}

bool decode_varints(std::string_view bytes, std::uint32_t count, block_offset from,
                    std::vector<block_offset>& out) {
  byte_reader in{bytes};
  std::uint64_t offset = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    offset += in.varint();
    if (!in.ok() || offset >= block_events) return false;
    if (offset >= from) out.push_back(static_cast<block_offset>(offset));
  }
  return true;
}

}  // namespace

void block_index_builder::add(block_offset offset, std::int64_t accepted_ms, std::size_t bytes,
                              std::span<const route> routes) {
  AIRTRAIN_INVARIANT(offset < block_events && offset >= sizes_.size());
  last_accepted_ms_ = std::max(last_accepted_ms_, accepted_ms);
  ++events_;
  sizes_.resize(offset);
  sizes_.push_back(static_cast<std::uint32_t>(bytes));
  for (const auto& to : routes) {
    if (to.refused) continue;
    auto& [offsets, total] = postings_[to.connector];
    AIRTRAIN_INVARIANT(offsets.empty() || offsets.back() < offset);
    offsets.push_back(offset);
    total += bytes;
  }
}

block_total block_index_builder::total(connector_id connector, block_offset from) const {
  block_total out;
  for (const auto offset : of(connector, from)) {
    ++out.count;
    out.bytes += sizes_[offset];
  }
  return out;
}

std::string block_index_builder::encode() const {
  std::vector<connector_id> order;
  order.reserve(postings_.size());
  for (const auto& [connector, posting] : postings_) order.push_back(connector);
  std::sort(order.begin(), order.end());

  std::string directory;
  std::string data;
  for (auto connector : order) {
    const auto& [offsets, bytes] = postings_.at(connector);
    put_be32(directory, connector);
    put_be32(directory, static_cast<std::uint32_t>(offsets.size()));
    put_be32(directory, static_cast<std::uint32_t>(data.size()));
    put_be64(directory, bytes);
    data += encode_posting(offsets);
  }
  const auto sizes_at = head_size + directory.size() + data.size();
  put_varint(data, sizes_.size());
  for (const auto size : sizes_) put_varint(data, size);
  std::string out;
  out.reserve(head_size + directory.size() + data.size());
  out.push_back(row_version);
  put_be64(out, static_cast<std::uint64_t>(last_accepted_ms_));
  put_be32(out, events_);
  put_be32(out, static_cast<std::uint32_t>(order.size()));
  put_be32(out, static_cast<std::uint32_t>(sizes_at));
  return out + directory + data;
}

std::span<const block_offset> block_index_builder::of(connector_id connector,
                                                      block_offset from) const {
  const auto found = postings_.find(connector);
  if (found == postings_.end()) return {};
  const auto& offsets = found->second.offsets;
  return {std::lower_bound(offsets.begin(), offsets.end(), from), offsets.end()};
}

void block_index_builder::clear() {
  postings_.clear();
  sizes_.clear();
  last_accepted_ms_ = 0;
  events_ = 0;
}

std::optional<block_index_view> block_index_view::read(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.u8() != row_version) return std::nullopt;
  block_index_view out;
  out.bytes_ = bytes;
  out.last_accepted_ms_ = static_cast<std::int64_t>(in.be64());
  out.events_ = in.be32();
  out.connectors_ = in.be32();
  out.sizes_at_ = in.be32();
  if (!in.ok() || in.rest().size() / entry_size < out.connectors_) return std::nullopt;
  return out;
}

std::uint32_t block_index_view::number(std::size_t at) const {
  return byte_reader{bytes_.substr(at)}.be32();
}

connector_id block_index_view::connector_at(std::uint32_t index) const {
  return number(head_size + entry_size * index);
}

block_total block_index_view::total_at(std::uint32_t index) const {
  const auto at = head_size + entry_size * index;
  return {.count = number(at + 4), .bytes = byte_reader{bytes_.substr(at + 12)}.be64()};
}

std::optional<std::vector<std::uint32_t>> block_index_view::sizes() const {
  if (sizes_at_ > bytes_.size()) return std::nullopt;
  byte_reader in{bytes_.substr(sizes_at_)};
  const auto count = in.varint();
  if (count > block_events) return std::nullopt;
  std::vector<std::uint32_t> out(count);
  for (auto& size : out) size = static_cast<std::uint32_t>(in.varint());
  if (!in.ok()) return std::nullopt;
  return out;
}

std::optional<std::uint32_t> block_index_view::find(connector_id connector) const {
  std::uint32_t low = 0;
  std::uint32_t high = connectors_;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (connector_at(middle) < connector)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == connectors_ || connector_at(low) != connector) return std::nullopt;
  return low;
}

std::uint32_t block_index_view::count(connector_id connector) const {
  const auto index = find(connector);
  return index ? static_cast<std::uint32_t>(total_at(*index).count) : 0;
}

bool block_index_view::offsets(connector_id connector, block_offset from,
                               std::vector<block_offset>& out) const {
  const auto index = find(connector);
  if (!index) return true;
  const auto count = static_cast<std::uint32_t>(total_at(*index).count);
  if (count == block_events) {
    for (unsigned offset = from; offset < block_events; ++offset)
      out.push_back(static_cast<block_offset>(offset));
    return true;
  }
  const auto begin =
      head_size + entry_size * connectors_ + number(head_size + entry_size * *index + 8);
  if (begin > bytes_.size()) return false;
  const auto posting = bytes_.substr(begin);
  return count > varint_postings_max ? decode_bitmap(posting, from, out)
                                     : decode_varints(posting, count, from, out);
}

}  // namespace airtrain::embedded
