// Publishing: order, de-duplication, atomic requests.

#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(store_conformance, a_connector_name_keeps_its_number_for_ever) {
  const auto a = connector("payroll");
  const auto b = connector("calendar");
  EXPECT_NE(a, b);
  EXPECT_EQ(connector("payroll"), a);
  under_test().reopen();
  EXPECT_EQ(connector("calendar"), b);
  EXPECT_EQ(connector("payroll"), a);
}

TEST_P(store_conformance, sequence_numbers_grow_in_commit_order) {
  const auto a = connector("a");
  std::vector<publish_request> requests;
  for (const auto* id : {"1", "2", "3"}) requests.push_back({{item({.id = id}, {{a}})}});
  const auto results = publish_all(std::move(requests));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_GT(results[0].events.at(0).seq, 0u);
  EXPECT_LT(results[0].events.at(0).seq, results[1].events.at(0).seq);
  EXPECT_LT(results[1].events.at(0).seq, results[2].events.at(0).seq);
  EXPECT_LT(results[2].events.at(0).seq, publish_to(a, "4"));
}

TEST_P(store_conformance, sequence_numbers_are_never_reused) {
  const auto a = connector("a");
  const auto seq = publish_to(a, "1");
  const auto epoch = open(a).epoch;
  settle(a, epoch, {delivered(fresh(a, epoch).deliveries.at(0))});
  under_test().reopen();
  EXPECT_GT(publish_to(a, "2"), seq);
}

TEST_P(store_conformance, an_event_may_go_nowhere) {
  const auto result = publish({item({.id = "1"}, {})});
  EXPECT_EQ(result.error.code, store_error_code::none);
  EXPECT_EQ(result.events.at(0).status, publish_status::accepted);
  EXPECT_THAT(details("1").at(0).deliveries, IsEmpty());
}

TEST_P(store_conformance, the_same_event_again_is_a_duplicate_and_is_delivered_once) {
  const auto a = connector("a");
  const auto seq = publish_to(a, "1");
  const auto again = publish({item({.id = "1"}, {{a}})});
  EXPECT_EQ(again.error.code, store_error_code::none);
  EXPECT_EQ(again.events.at(0).status, publish_status::duplicate);
  EXPECT_EQ(again.events.at(0).seq, seq);
  EXPECT_EQ(fresh(a, open(a).epoch).deliveries.size(), 1u);
}

TEST_P(store_conformance, the_same_id_with_other_content_is_a_conflict) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto again = publish({item({.id = "1", .data = "{\"other\":1}"}, {{a}})});
  EXPECT_EQ(again.error.code, store_error_code::none);
  EXPECT_EQ(again.events.at(0).status, publish_status::conflict);
  EXPECT_EQ(fresh(a, open(a).epoch).deliveries.size(), 1u);
}

TEST_P(store_conformance, the_same_id_of_another_source_is_another_event) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto other = publish({item({.id = "1", .source = "elsewhere"}, {{a}})});
  EXPECT_EQ(other.events.at(0).status, publish_status::accepted);
  EXPECT_EQ(details("1").size(), 2u);
}

TEST_P(store_conformance, duplicates_are_known_after_a_restart) {
  const auto a = connector("a");
  const auto seq = publish_to(a, "1");
  under_test().reopen();
  const auto again = publish({item({.id = "1"}, {{a}})});
  EXPECT_EQ(again.events.at(0).status, publish_status::duplicate);
  EXPECT_EQ(again.events.at(0).seq, seq);
}

TEST_P(store_conformance, duplicates_are_found_within_one_request) {
  const auto a = connector("a");
  const auto result = publish({item({.id = "1"}, {{a}}), item({.id = "1"}, {{a}})});
  EXPECT_EQ(result.events.at(0).status, publish_status::accepted);
  EXPECT_EQ(result.events.at(1).status, publish_status::duplicate);
  EXPECT_EQ(result.events.at(1).seq, result.events.at(0).seq);
  EXPECT_EQ(fresh(a, open(a).epoch).deliveries.size(), 1u);
}

TEST_P(store_conformance, duplicates_are_found_between_requests_of_one_commit) {
  const auto a = connector("a");
  const auto results = publish_all({{{item({.id = "1"}, {{a}})}},
                                    {{item({.id = "1"}, {{a}})}},
                                    {{item({.id = "1", .data = "{\"other\":1}"}, {{a}})}}});
  EXPECT_EQ(results.at(0).events.at(0).status, publish_status::accepted);
  EXPECT_EQ(results.at(1).events.at(0).status, publish_status::duplicate);
  EXPECT_EQ(results.at(2).events.at(0).status, publish_status::conflict);
  EXPECT_EQ(fresh(a, open(a).epoch).deliveries.size(), 1u);
}

TEST_P(store_conformance, one_conflict_refuses_its_whole_request_and_no_other) {
  const auto a = connector("a");
  publish_to(a, "1");
  const auto results =
      publish_all({{{item({.id = "2"}, {{a}}), item({.id = "1", .data = "{\"other\":1}"}, {{a}}),
                     item({.id = "3"}, {{a}})}},
                   {{item({.id = "4"}, {{a}})}}});
  ASSERT_EQ(results.at(0).events.size(), 3u);
  EXPECT_EQ(results[0].events[0].status, publish_status::refused);
  EXPECT_EQ(results[0].events[1].status, publish_status::conflict);
  EXPECT_EQ(results[0].events[2].status, publish_status::refused);
  EXPECT_EQ(results.at(1).events.at(0).status, publish_status::accepted);
  EXPECT_THAT(ids(fresh(a, open(a).epoch).deliveries), ElementsAre("1", "4"));
}

TEST_P(store_conformance, a_refused_event_may_come_again) {
  const auto a = connector("a");
  publish_to(a, "1");
  publish({item({.id = "2"}, {{a}}), item({.id = "1", .data = "{\"other\":1}"}, {{a}})});
  EXPECT_EQ(publish({item({.id = "2"}, {{a}})}).events.at(0).status, publish_status::accepted);
}

TEST_P(store_conformance, a_conflict_within_one_request_refuses_it) {
  const auto a = connector("a");
  const auto result =
      publish({item({.id = "1"}, {{a}}), item({.id = "1", .data = "{\"other\":1}"}, {{a}})});
  EXPECT_EQ(result.events.at(0).status, publish_status::refused);
  EXPECT_EQ(result.events.at(1).status, publish_status::conflict);
  EXPECT_THAT(fresh(a, open(a).epoch).deliveries, IsEmpty());
}

TEST_P(store_conformance, more_events_than_the_queue_holds_are_refused_as_overload) {
  store_settings settings;
  settings.queue_events_max = 2;
  start(settings);
  const auto a = connector("a");
  const auto result =
      publish({item({.id = "1"}, {{a}}), item({.id = "2"}, {{a}}), item({.id = "3"}, {{a}})});
  EXPECT_EQ(result.error.code, store_error_code::overloaded);
  EXPECT_THAT(details("1"), IsEmpty());
  publish_to(a, "1");
}

}  // namespace
}  // namespace airtrain::conformance
