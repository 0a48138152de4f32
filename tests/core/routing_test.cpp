#include "core/routing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace airtrain {
namespace {

event_view typed(std::string_view type, std::string_view data = "{}") {
  event_fields fields;
  fields.id = "1";
  fields.source = "/s";
  fields.type = type;
  fields.data = data;
  fields.kind = data_kind::json;
  return event_view{event::seal(fields)};
}

subscription wants(connector_id connector, std::vector<std::string> patterns) {
  return {connector, std::move(patterns), std::nullopt, std::nullopt};
}

std::vector<connector_id> connectors_of(const routing_table& table, const event_view& event) {
  std::vector<routed> routes;
  table.route(event, routes);
  std::vector<connector_id> connectors;
  for (const auto& route : routes) connectors.push_back(route.connector);
  return connectors;
}

using ids = std::vector<connector_id>;

TEST(routing, finds_exact_types_and_prefixes_in_ascending_order_each_connector_once) {
  const routing_table table{{wants(9, {"shift_*", "shift_added", "*"}), wants(2, {"shift_added"}),
                             wants(30, {"*"}), wants(4, {"sh*", "other"}), wants(5, {"shift"})}};
  EXPECT_EQ(connectors_of(table, typed("shift_added")), (ids{2, 4, 9, 30}));
  EXPECT_EQ(connectors_of(table, typed("shift_")), (ids{4, 9, 30}));
  EXPECT_EQ(connectors_of(table, typed("shift")), (ids{4, 5, 9, 30}));
  EXPECT_EQ(connectors_of(table, typed("s")), (ids{9, 30}));
  EXPECT_EQ(connectors_of(table, typed("Shift_added")), (ids{9, 30}));
  EXPECT_EQ(connectors_of(routing_table{{wants(1, {"a"})}}, typed("b")), ids{});
}

TEST(routing, appends_behind_what_is_there) {
  const routing_table table{{wants(2, {"a"}), wants(1, {"*"})}};
  std::vector<routed> routes;
  table.route(typed("a"), routes);
  table.route(typed("a"), routes);
  ASSERT_EQ(routes.size(), 4u);
  EXPECT_EQ(routes[0].connector, 1u);
  EXPECT_EQ(routes[1].connector, 2u);
  EXPECT_EQ(routes[2].connector, 1u);
}

TEST(routing, when_filters_and_its_errors_become_routes_that_say_so) {
  auto filtered = wants(1, {"*"});
  filtered.when = expression::compile("data.dept == 'nursing'").value();
  auto failing = wants(2, {"*"});
  failing.when = expression::compile("data.dept < 1").value();
  const routing_table table{{filtered, failing}};
  std::vector<routed> routes;
  table.route(typed("t", R"({"dept":"nursing"})"), routes);
  ASSERT_EQ(routes.size(), 2u);
  EXPECT_EQ(routes[0].error, "");
  EXPECT_NE(routes[1].error, "");
  EXPECT_EQ(connectors_of(table, typed("t", R"({"dept":"icu"})")), ids{2});
  EXPECT_EQ(connectors_of(table, typed("t")), ids{});
}

TEST(routing, tells_the_lane_and_that_a_key_is_missing) {
  auto ordered = wants(1, {"*"});
  ordered.lane_key = expression::compile("data.employee").value();
  const routing_table table{{ordered, wants(2, {"*"})}};
  std::vector<routed> routes;
  table.route(typed("t", R"({"employee":17})"), routes);
  table.route(typed("t", R"({"employee":"17"})"), routes);
  table.route(typed("t"), routes);
  EXPECT_NE(routes[0].lane, no_lane);
  EXPECT_FALSE(routes[0].lane_missing);
  EXPECT_EQ(routes[1].lane, no_lane);
  EXPECT_FALSE(routes[1].lane_missing);
  EXPECT_NE(routes[2].lane, routes[0].lane);
  EXPECT_EQ(routes[4].lane, no_lane);
  EXPECT_TRUE(routes[4].lane_missing);
}

TEST(routing, a_bare_star_names_no_type) {
  const routing_table table{{wants(1, {"*"}), wants(2, {"shift_*"}), wants(3, {"leave"})}};
  EXPECT_TRUE(table.names("leave"));
  EXPECT_TRUE(table.names("shift_added"));
  EXPECT_TRUE(table.names("shift_"));
  EXPECT_FALSE(table.names("shift"));
  EXPECT_FALSE(table.names("other"));
}

TEST(routing, suggests_the_known_type_that_was_meant) {
  const routing_table table{{wants(1, {"staff_schedule_updated", "shift_added"}), wants(2, {"*"})}};
  EXPECT_EQ(table.nearest("staff_schedule_update"), "staff_schedule_updated");
  EXPECT_EQ(table.nearest("shift_aded"), "shift_added");
  EXPECT_EQ(table.nearest("payroll_closed"), "");
}

TEST(nearest_name, allows_a_third_of_the_length_and_at_least_one_edit) {
  EXPECT_EQ(nearest_name("ab", {"ac"}), "ac");
  EXPECT_EQ(nearest_name("ab", {"cd"}), "");
  EXPECT_EQ(nearest_name("retri", {"retry", "rate"}), "retry");
  EXPECT_EQ(nearest_name("abcdef", {"abxxef", "abxdef", "abcdxx"}), "abxdef");
  EXPECT_EQ(nearest_name("abcdef", {"abxxxf"}), "");
  EXPECT_EQ(nearest_name("", {"a", "bc"}), "a");
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace airtrain
