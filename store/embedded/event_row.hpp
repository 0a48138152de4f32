#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/event.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// A row of `ev` is the routes, then the sealed event's bytes, so that a writer can put the two
/// pieces side by side without copying the payload.
std::string encode_routes(std::span<const route> routes);

/// A row of `ev`, read back.
struct event_row {
  std::vector<route> routes;
  event_ref what;

  const route* to(connector_id connector) const;
};
/// An event as one connector gets it.
struct loaded_event {
  event_ref what;
  lane_id lane = no_lane;
};

/// How large the sealed event of a row is; nothing when the bytes are not such a row.
std::optional<std::size_t> event_bytes_in(std::string_view row);
/// Nothing when the bytes are not such a row.
std::optional<event_row> decode_event_row(std::string_view bytes);

}  // namespace airtrain::embedded
