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

/// How many deliveries, and of how many bytes of events.
struct block_total {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
};

/// Which events of one block go to which connector, and how large they are: collected as they are
/// published, and written as a row of `rix` with the block's last event. A pure function of the
/// block's events. Refused routes are not in it: nothing of theirs is still to come.
class block_index_builder {
 public:
  /// Offsets come in ascending order. `bytes`: of the event.
  void add(block_offset offset, std::int64_t accepted_ms, std::size_t bytes,
           std::span<const route> routes);
  std::string encode() const;
  /// Those of `connector` at or after `from`, ascending.
  std::span<const block_offset> of(connector_id connector, block_offset from = 0) const;
  block_total total(connector_id connector, block_offset from) const;
  /// By offset; 0: there is no such event.
  const std::vector<std::uint32_t>& sizes() const { return sizes_; }
  void clear();

 private:
  struct share {
    std::vector<block_offset> offsets;
    std::uint64_t bytes = 0;
  };
  std::unordered_map<connector_id, share> postings_;
  std::vector<std::uint32_t> sizes_;
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
  block_total total_at(std::uint32_t index) const;
  /// How many of that connector are in the block; no decoding.
  std::uint32_t count(connector_id connector) const;
  /// Appends its offsets at or after `from`. False: the row is damaged.
  bool offsets(connector_id connector, block_offset from, std::vector<block_offset>& out) const;
  /// As of the builder. Nothing: the row is damaged.
  std::optional<std::vector<std::uint32_t>> sizes() const;

 private:
  std::optional<std::uint32_t> find(connector_id connector) const;
  std::uint32_t number(std::size_t at) const;

  std::string_view bytes_;
  std::int64_t last_accepted_ms_ = 0;
  std::uint32_t events_ = 0;
  std::uint32_t connectors_ = 0;
  std::uint32_t sizes_at_ = 0;
};

}  // namespace airtrain::embedded
