#include "api/parameters.hpp"

#include <gtest/gtest.h>

namespace airtrain::api {
namespace {

const std::vector<std::string_view> known{"connector", "limit", "next", "state"};

TEST(parameters, are_decoded) {
  const auto given = parameters::parse("connector=pay+roll%2Feast&state=dead", known);
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->text("connector"), "pay roll/east");
  EXPECT_EQ(given->text("state"), "dead");
  EXPECT_EQ(given->text("next"), "");
}

TEST(parameters, with_a_broken_escape_are_refused) {
  for (const char* query : {"connector=%", "connector=%4", "connector=%zz", "%=1"})
    EXPECT_FALSE(parameters::parse(query, known).has_value()) << query;
}

TEST(parameters, that_occur_twice_are_refused) {
  EXPECT_FALSE(parameters::parse("state=a&state=b", known).has_value());
}

TEST(parameters, that_are_misspelt_are_refused_with_the_right_name) {
  const auto given = parameters::parse("conector=payroll", known);
  ASSERT_FALSE(given.has_value());
  EXPECT_NE(given.error().find("did you mean \"connector\"?"), std::string::npos) << given.error();
}

TEST(page_from, takes_limits_from_1_to_1000) {
  for (const char* query : {"limit=1", "limit=1000"}) {
    const auto page = page_from(*parameters::parse(query, known));
    EXPECT_TRUE(page.has_value()) << query;
  }
  for (const char* query : {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=", "limit=5x"}) {
    const auto page = page_from(*parameters::parse(query, known));
    EXPECT_FALSE(page.has_value()) << query;
  }
}

TEST(page_from, has_a_default_limit) {
  const auto page = page_from(*parameters::parse("next=abc", known));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->limit, page_limit_default);
  EXPECT_EQ(page->after, "abc");
}

TEST(time_from, refuses_what_is_no_time) {
  EXPECT_EQ(time_from("since", "1970-01-01T00:00:01Z").value(), 1000);
  EXPECT_EQ(time_from("since", "").value(), 0);
  EXPECT_FALSE(time_from("since", "1h").has_value());
}

}  // namespace
}  // namespace airtrain::api
