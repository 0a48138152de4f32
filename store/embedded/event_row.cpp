#include "store/embedded/event_row.hpp"

#include <algorithm>

#include "store/embedded/bytes.hpp"

namespace airtrain::embedded {
namespace {

// Connector numbers ascend, so they go as deltas; the low bit says whether a lane follows. No delta
// is zero: a zero says that the next route was refused.
constexpr std::uint64_t next_is_refused = 0;

bool take_routes(byte_reader& in, std::vector<route>& out) {
  connector_id connector = 0;
  for (auto left = in.varint(); left > 0 && in.ok(); --left) {
    auto word = in.varint();
    const bool refused = word == next_is_refused;
    if (refused) word = in.varint();
    connector += static_cast<connector_id>(word >> 1);
    out.push_back(
        {.connector = connector, .lane = word & 1 ? in.be64() : no_lane, .refused = refused});
  }
  return in.ok();
}

}  // namespace

std::string encode_routes(std::span<const route> routes) {
  std::string out;
  put_varint(out, routes.size());
  connector_id last = 0;
  for (const auto& to : routes) {
    if (to.refused) put_varint(out, next_is_refused);
    put_varint(out, static_cast<std::uint64_t>(to.connector - last) << 1 | (to.lane != no_lane));
    if (to.lane != no_lane) put_be64(out, to.lane);
    last = to.connector;
  }
  return out;
}

const route* event_row::to(connector_id connector) const {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const route& r) { return r.connector == connector; });
  return found == routes.end() ? nullptr : &*found;
}

std::optional<std::size_t> event_bytes_in(std::string_view row) {
  byte_reader in{row};
  std::vector<route> routes;
  if (!take_routes(in, routes)) return std::nullopt;
  return in.rest().size();
}

std::optional<event_row> decode_event_row(std::string_view bytes) {
  byte_reader in{bytes};
  event_row out;
  if (!take_routes(in, out.routes)) return std::nullopt;
  out.what = event::from_bytes(std::string{in.rest()});
  if (!out.what) return std::nullopt;
  return out;
}

}  // namespace airtrain::embedded
