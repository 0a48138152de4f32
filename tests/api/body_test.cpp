#include "api/body.hpp"

#include <gtest/gtest.h>

namespace airtrain::api {
namespace {

TEST(bulk_body, reads_ids) {
  const auto given =
      bulk_body_of(R"({"ids": ["1.2.0", "1.3.0"], "new_key": true})", bulk_kind::replay);
  ASSERT_TRUE(given.has_value()) << given.error();
  EXPECT_EQ(*given->ids, (std::vector<std::string>{"1.2.0", "1.3.0"}));
  EXPECT_TRUE(given->new_key);
  EXPECT_FALSE(given->dry_run);
}

TEST(bulk_body, reads_a_filter) {
  const auto given = bulk_body_of(
      R"({"filter": {"connector": "payroll", "reason": "answered"}, "dry_run": true, "limit": 5})",
      bulk_kind::discard);
  ASSERT_TRUE(given.has_value()) << given.error();
  EXPECT_EQ(given->filter->connector, "payroll");
  EXPECT_EQ(given->filter->reason, "answered");
  EXPECT_EQ(given->limit, 5u);
  EXPECT_TRUE(given->dry_run);
}

TEST(bulk_body, selects_all_only_by_an_empty_filter) {
  EXPECT_TRUE(bulk_body_of(R"({"filter": {}})", bulk_kind::replay).has_value());
  EXPECT_FALSE(bulk_body_of("{}", bulk_kind::replay).has_value());
}

TEST(bulk_body, that_could_mean_more_than_was_meant_is_refused) {
  for (const char* body : {
           R"({"ids": [], "filter": {}})",
           R"({"filter": {"conector": "payroll"}})",
           R"({"filter": {"connector": ""}})",
           R"({"filter": {"connector": null}})",
           R"({"filter": {}, "dryrun": true})",
           R"({"filter": {}, "dry_run": "true"})",
           R"({"filter": {}, "limit": 0})",
           R"({"filter": {}, "limit": 10001})",
           R"({"filter": []})",
           R"({"ids": "1.2.0"})",
           R"({"ids": [1]})",
           R"([])",
           R"({)",
           "",
       })
    EXPECT_FALSE(bulk_body_of(body, bulk_kind::replay).has_value()) << body;
}

TEST(bulk_body, of_a_discard_has_no_options_of_a_replay) {
  EXPECT_FALSE(bulk_body_of(R"({"filter": {}, "new_key": true})", bulk_kind::discard).has_value());
}

TEST(breaker_state, is_read) {
  EXPECT_EQ(breaker_state_of(R"({"state": "forced_open"})").value(), "forced_open");
  for (const char* body : {"{}", R"({"state": 1})", R"({"stat": "auto"})", "null", ""})
    EXPECT_FALSE(breaker_state_of(body).has_value()) << body;
}

}  // namespace
}  // namespace airtrain::api
