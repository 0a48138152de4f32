#include "api/ingest_answer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace airtrain::api {
namespace {

using nlohmann::json;

event_ref event_named(std::string_view id, std::string_view type = "shift_changed") {
  event_fields fields;
  fields.id = id;
  fields.source = "/hms";
  fields.type = type;
  return event::seal(fields);
}

submitted_event ended(publish_status status, std::uint32_t deliveries = 0) {
  submitted_event one;
  one.status = status;
  one.deliveries = deliveries;
  return one;
}
submitted_event accepted(std::uint32_t deliveries) {
  return ended(publish_status::accepted, deliveries);
}
submitted_event unrouted() {
  auto one = accepted(0);
  one.unrouted = true;
  return one;
}

submit_result became(std::vector<submitted_event> events, submit_code code = submit_code::none,
                     std::string message = {}) {
  return {code, std::move(message), std::move(events)};
}

json accepted_body(const ingest_answer& answer) {
  return json::parse(std::get<std::string>(answer));
}

struct refusal {
  int status;
  std::string headers;
  json body;
};
refusal refused(const ingest_answer& answer) {
  const auto& response = std::get<http::response>(answer);
  EXPECT_EQ(response.content_type, "application/problem+json");
  return {response.status, response.headers, json::parse(response.body)};
}

TEST(ingest_answer, of_a_single_event_is_not_a_list) {
  const auto body =
      accepted_body(answer_to_submit(false, {event_named("a\"1")}, became({accepted(3)})));
  EXPECT_EQ(body, json::parse(R"({"id": "a\"1", "duplicate": false, "deliveries": 3})"));
}

TEST(ingest_answer, of_a_batch_of_one_is_a_list) {
  const auto body =
      accepted_body(answer_to_submit(true, {event_named("a")}, became({accepted(1)})));
  EXPECT_EQ(body, json::parse(R"({"accepted": 1, "events":
                                  [{"id": "a", "duplicate": false, "deliveries": 1}]})"));
}

TEST(ingest_answer, says_what_is_a_duplicate) {
  const auto body =
      accepted_body(answer_to_submit(true, {event_named("a"), event_named("b")},
                                     became({ended(publish_status::duplicate, 2), accepted(1)})));
  EXPECT_EQ(body["accepted"], 2);
  EXPECT_EQ(body["events"][0]["duplicate"], true);
  EXPECT_EQ(body["events"][1]["duplicate"], false);
}

TEST(ingest_answer, warns_of_a_type_that_nobody_wants) {
  auto lost = unrouted();
  lost.nearest_type = "shift_changed";
  const auto body =
      accepted_body(answer_to_submit(false, {event_named("a", "shift_chnged")}, became({lost})));
  EXPECT_EQ(body["deliveries"], 0);
  EXPECT_EQ(body["warning"],
            "no connector wants events of type \"shift_chnged\"; did you mean \"shift_changed\"?");
}

TEST(ingest_answer, does_not_warn_where_conditions_sent_it_nowhere) {
  const auto body =
      accepted_body(answer_to_submit(false, {event_named("a")}, became({accepted(0)})));
  EXPECT_FALSE(body.contains("warning"));
}

TEST(ingest_answer, of_a_conflict_is_409) {
  const auto answer = refused(answer_to_submit(
      false, {event_named("a")}, became({ended(publish_status::conflict)}, submit_code::conflict)));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body["code"], "conflict");
  EXPECT_EQ(answer.body["detail"], "the id \"a\" of source \"/hms\" is known with other content");
}

TEST(ingest_answer, of_a_batch_lists_every_conflict_and_nothing_else) {
  const auto answer = refused(
      answer_to_submit(true, {event_named("a"), event_named("b"), event_named("c")},
                       became({ended(publish_status::refused), ended(publish_status::conflict),
                               ended(publish_status::conflict)},
                              submit_code::conflict)));
  EXPECT_EQ(answer.status, 409);
  ASSERT_EQ(answer.body["errors"].size(), 2u);
  EXPECT_EQ(answer.body["errors"][0]["index"], 1);
  EXPECT_EQ(answer.body["errors"][1]["index"], 2);
  EXPECT_EQ(answer.body["errors"][1]["status"], 409);
  EXPECT_EQ(answer.body["errors"][1]["code"], "conflict");
}

TEST(ingest_answer, of_an_unrouted_event_is_422_where_it_is_to_be_refused) {
  const auto answer = refused(answer_to_submit(false, {event_named("a", "shift")},
                                               became({unrouted()}, submit_code::unrouted)));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.body["code"], "unrouted");
}

TEST(ingest_answer, of_a_full_backlog_names_the_connector_and_says_when_to_try_again) {
  auto full = ended(publish_status::full);
  full.full = {"payroll"};
  const auto one = refused(
      answer_to_submit(false, {event_named("a")}, became({full}, submit_code::backlog_full)));
  EXPECT_EQ(one.status, 503);
  EXPECT_EQ(one.body["code"], "backlog_full");
  EXPECT_EQ(one.body["detail"], "the backlog of payroll is at its backlog_max");
  EXPECT_NE(one.headers.find("Retry-After: "), std::string::npos);
  const auto batch = refused(
      answer_to_submit(true, {event_named("a"), event_named("b")},
                       became({ended(publish_status::refused), full}, submit_code::backlog_full)));
  EXPECT_EQ(batch.status, 503);
  ASSERT_EQ(batch.body["errors"].size(), 1u);
  EXPECT_EQ(batch.body["errors"][0]["index"], 1);
  EXPECT_EQ(batch.body["errors"][0]["code"], "backlog_full");
  EXPECT_NE(batch.headers.find("Retry-After: "), std::string::npos);
}

TEST(ingest_answer, says_when_to_try_again) {
  const std::pair<submit_code, int> all[] = {{submit_code::overloaded, 429},
                                             {submit_code::disk_full, 503},
                                             {submit_code::store_failed, 503},
                                             {submit_code::draining, 503}};
  for (const auto& [code, status] : all) {
    const auto answer =
        refused(answer_to_submit(false, {event_named("a")}, became({}, code, "why")));
    EXPECT_EQ(answer.status, status);
    EXPECT_NE(answer.headers.find("Retry-After: "), std::string::npos);
    EXPECT_EQ(answer.body["detail"], "why");
  }
}

TEST(ingest_answer, to_a_batch_with_problems_has_the_status_of_the_first) {
  const auto response = answer_to_problems(
      true, {{.index = 2, .status = 400, .code = "missing_type", .detail = "no type"},
             {.index = 5, .status = 400, .code = "id_too_long", .detail = "long"}});
  const auto body = json::parse(response.body);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body["status"], 400);
  EXPECT_EQ(body["code"], "missing_type");
  EXPECT_EQ(body["errors"].size(), 2u);
  EXPECT_EQ(body["errors"][1]["index"], 5);
  EXPECT_EQ(body["errors"][1]["detail"], "long");
}

TEST(ingest_answer, to_a_request_that_cannot_be_read_at_all_lists_no_items) {
  const auto response = answer_to_problems(
      true, {{.index = {}, .status = 413, .code = "too_many_events", .detail = "many"}});
  EXPECT_EQ(response.status, 413);
  EXPECT_FALSE(json::parse(response.body).contains("errors"));
}

}  // namespace
}  // namespace airtrain::api
