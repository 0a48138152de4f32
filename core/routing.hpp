#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mapping/expression.hpp"
#include "messages/delivery.hpp"

namespace airtrain {

/// What one connector wants. Patterns are exact types, or a prefix followed by `*`.
struct subscription {
  connector_id connector = 0;
  std::vector<std::string> patterns;
  std::optional<expression> when;
  std::optional<expression> lane_key;
};

/// One place an event goes to, as the store wants it, or why it is rejected there.
struct routed {
  connector_id connector = 0;
  lane_id lane = no_lane;
  bool lane_missing = false;  ///< the connector is ordered and the event has no key
  std::string error;  ///< `when` failed other than by absence: a dead letter (mapping_error)
};

/// Which connectors want an event. Immutable; any thread.
class routing_table {
 public:
  explicit routing_table(std::vector<subscription> subscriptions);
  /// Appends, ascending by connector, each at most once.
  void route(const event_view& event, std::vector<routed>& out) const;
  /// A connector names this type, by a pattern that is not a bare "*".
  bool names(std::string_view type) const;
  /// The known type nearest to a misspelt one; empty: none is near.
  std::string nearest(std::string_view type) const;

 private:
  struct rule;
  std::vector<subscription> subscriptions_;
  // Lookup: types seen before resolve without matching every pattern again.
};

/// The candidate nearest by edit distance, at most max(1, a third of the length) away; else empty.
std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates);

}  // namespace airtrain
