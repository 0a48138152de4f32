#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "messages/delivery.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// Place of an event in its block of 4,096.
using block_offset = std::uint16_t;

/// Which events of one block go to which connector: collected as they are published, and written
/// as a row of `rix` with the block's last event. A pure function of the block's events.
class block_index_builder {
 public:
  /// Offsets come in ascending order.
  void add(block_offset offset, std::int64_t accepted_ms, std::span<const route> routes);
  std::string encode() const;
  /// Those of `connector` at or after `from`, ascending.
  std::span<const block_offset> of(connector_id connector, block_offset from = 0) const;
  void clear();

 private:
  std::unordered_map<connector_id, std::vector<block_offset>> postings_;
  std::int64_t last_accepted_ms_ = 0;
  std::uint32_t events_ = 0;
};

/// Reads an encoded block index in place. `bytes` must outlive it.
class block_index_view {
 public:
  /// Nothing when the bytes are not such a row.
  static std::optional<block_index_view> read(std::string_view bytes);

  std::int64_t last_accepted_ms() const { return last_accepted_ms_; }
  std::uint32_t events() const { return events_; }

  std::uint32_t connectors() const { return connectors_; }
  connector_id connector_at(std::uint32_t index) const;
  std::uint32_t count_at(std::uint32_t index) const;
  /// How many of that connector are in the block; no decoding.
  std::uint32_t count(connector_id connector) const;
  /// Appends its offsets at or after `from`. False: the row is damaged.
  bool offsets(connector_id connector, block_offset from, std::vector<block_offset>& out) const;

 private:
  std::optional<std::uint32_t> find(connector_id connector) const;
  std::uint32_t number(std::size_t at) const;

  std::string_view bytes_;
  std::int64_t last_accepted_ms_ = 0;
  std::uint32_t events_ = 0;
  std::uint32_t connectors_ = 0;
};

}  // namespace airtrain::embedded
