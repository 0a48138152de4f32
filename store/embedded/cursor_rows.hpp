#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain::embedded {

/// The live row: every connector without an own row has settled all of its deliveries below
/// `watermark` except the listed ones; all of its at or above it are pending.
struct live_row {
  std::uint64_t serial = 0;  ///< counts the flushes that wrote it
  std::uint64_t watermark = 0;
  /// Key lists by connector, ascending; a connector without any is not there.
  std::vector<std::pair<connector_id, std::string>> open;
};
std::string encode(const live_row& row);
std::optional<live_row> decode_live_row(std::string_view bytes);

/// An own row: the connector has settled all of its deliveries below `next` except the listed ones.
struct own_row {
  std::uint64_t next = 0;
  std::string open;  ///< key list
};
std::string encode(const own_row& row);
std::optional<own_row> decode_own_row(std::string_view bytes);

}  // namespace airtrain::embedded
