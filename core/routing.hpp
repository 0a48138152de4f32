#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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

/// Which connectors want an event. Immutable; any thread. An event costs a look-up of its type, one
/// for each length that prefixes have, and its matches: other connectors cost nothing.
class routing_table {
 public:
  /// Each connector at most once.
  explicit routing_table(std::vector<subscription> subscriptions);
  /// Appends, ascending by connector, each at most once.
  void route(const event_view& event, std::vector<routed>& out) const;
  /// A connector names this type, by a pattern that is not a bare "*".
  bool names(std::string_view type) const;
  /// The known type nearest to a misspelt one; empty: none is near.
  std::string nearest(std::string_view type) const;

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  /// Text of the pattern to indexes into `subscriptions_`, ascending.
  using pattern_index =
      std::unordered_map<std::string, std::vector<std::uint32_t>, text_hash, std::equal_to<>>;

  /// Calls `visit(subscriptions)` for each pattern that the type matches.
  template <class F>
  void for_each_match(std::string_view type, F visit) const;

  std::vector<subscription> subscriptions_;  ///< ascending by connector
  pattern_index exact_;
  pattern_index prefixes_;
  std::vector<std::size_t> prefix_lengths_;  ///< ascending, each once
};

/// The candidate nearest by edit distance, at most max(1, a third of the length) away; else empty.
std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates);

}  // namespace airtrain
