#include <gtest/gtest.h>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

class ingest : public testing::Test {
 protected:
  api_world world;
  api_client client{world};
};

TEST_F(ingest, of_a_plain_event_answers_202_with_its_id_and_deliveries) {
  const auto reply = client.event(R"({"type": "shift_changed", "id": "e1", "data": {"a": 1.50}})");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.raw.get("content-type"), "application/json");
  EXPECT_EQ(reply.body,
            nlohmann::json::parse(R"({"id": "e1", "duplicate": false, "deliveries": 1})"));
}

TEST_F(ingest, makes_up_an_id_where_there_is_none) {
  const auto first = client.event(R"({"type": "shift_changed"})");
  const auto second = client.event(R"({"type": "shift_changed"})");
  EXPECT_EQ(first.status, 202);
  EXPECT_FALSE(first.body["id"].get<std::string>().empty());
  EXPECT_NE(first.body["id"], second.body["id"]);
}

TEST_F(ingest, takes_the_idempotency_key_as_the_id) {
  const wire::headers with{{"Content-Type", "application/json"}, {"Idempotency-Key", "key-1"}};
  EXPECT_EQ(client.post("/v1/events", R"({"type": "shift_changed"})", with).body["id"], "key-1");
  const auto batch =
      client.post("/v1/events", R"([{"type": "shift_changed"}, {"type": "shift_changed"}])", with);
  EXPECT_EQ(batch.body["events"][1]["id"], "key-1/1");
}

TEST_F(ingest, takes_arrays_and_answers_with_a_list) {
  const auto reply = client.event(
      R"([{"type": "shift_changed", "id": "a"}, {"type": "shift_logged", "id": "b"}])");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body["accepted"], 2);
  EXPECT_EQ(reply.body["events"][0]["id"], "a");
  EXPECT_EQ(reply.body["events"][1]["deliveries"], 2);
}

TEST_F(ingest, takes_ndjson) {
  const auto reply = client.post("/v1/events",
                                 "{\"type\":\"shift_changed\",\"id\":\"a\"}\n"
                                 "{\"type\":\"shift_changed\",\"id\":\"b\"}\n",
                                 {{"Content-Type", "application/x-ndjson"}});
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body["accepted"], 2);
}

TEST_F(ingest, takes_cloudevents_in_all_three_modes) {
  const std::string one =
      R"({"specversion": "1.0", "id": "c1", "source": "/hms", "type": "shift_changed", "data": 1})";
  const std::string two =
      R"({"specversion": "1.0", "id": "c2", "source": "/hms", "type": "shift_changed"})";
  const auto structured =
      client.post("/v1/events", one, {{"Content-Type", "application/cloudevents+json"}});
  EXPECT_EQ(structured.status, 202);
  EXPECT_EQ(structured.body["id"], "c1");

  const auto batch = client.post("/v1/events", "[" + two + "]",
                                 {{"Content-Type", "application/cloudevents-batch+json"}});
  EXPECT_EQ(batch.body["accepted"], 1);

  const auto binary = client.post("/v1/events", "shift;7",
                                  {{"Content-Type", "text/csv"},
                                   {"ce-specversion", "1.0"},
                                   {"ce-id", "c3"},
                                   {"ce-source", "/hms"},
                                   {"ce-type", "shift_changed"}});
  EXPECT_EQ(binary.status, 202);
  EXPECT_EQ(client.get("/v1/events/c3").body["event"]["data"], "shift;7");
}

TEST_F(ingest, answers_the_same_event_again_as_a_duplicate) {
  const char* event = R"({"type": "shift_changed", "id": "e1", "data": 1})";
  client.event(event);
  const auto again = client.event(event);
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body["duplicate"], true);
}

TEST_F(ingest, refuses_the_same_id_with_other_content) {
  client.event(R"({"type": "shift_changed", "id": "e1", "data": 1})");
  const auto other = client.event(R"({"type": "shift_changed", "id": "e1", "data": 2})");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.body["code"], "conflict");
}

TEST_F(ingest, of_a_batch_is_all_or_nothing) {
  const auto reply =
      client.event(R"([{"type": "shift_changed", "id": "good"}, {"id": "untyped"}, {"type": 7}])");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body["code"], "missing_type");
  ASSERT_EQ(reply.body["errors"].size(), 2u);
  EXPECT_EQ(reply.body["errors"][0]["index"], 1);
  EXPECT_EQ(reply.body["errors"][1]["index"], 2);
  EXPECT_EQ(client.get("/v1/events/good").status, 404);
}

TEST_F(ingest, of_a_batch_with_one_conflict_accepts_nothing) {
  client.event(R"({"type": "shift_changed", "id": "e1", "data": 1})");
  const auto reply = client.event(
      R"([{"type": "shift_changed", "id": "new"}, {"type": "shift_changed", "id": "e1", "data": 2}])");
  EXPECT_EQ(reply.status, 409);
  ASSERT_EQ(reply.body["errors"].size(), 1u);
  EXPECT_EQ(reply.body["errors"][0]["index"], 1);
  EXPECT_EQ(client.get("/v1/events/new").status, 404);
}

TEST_F(ingest, warns_of_a_misspelt_type) {
  const auto reply = client.event(R"({"type": "shift_loged2", "id": "e1"})");
  EXPECT_EQ(reply.status, 202);
  const auto lost = client.event(R"({"type": "shft_logged", "id": "e2"})");
  EXPECT_EQ(lost.body["deliveries"], 0);
  EXPECT_NE(lost.body["warning"].get<std::string>().find("did you mean \"shift_logged\"?"),
            std::string::npos);
}

TEST_F(ingest, refuses_while_the_service_is_stopping) {
  world.api().drain();
  const auto reply = client.event(R"({"type": "shift_changed"})");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body["code"], "draining");
  EXPECT_FALSE(reply.raw.get("retry-after").empty());
}

TEST_F(ingest, refuses_with_a_full_disk_and_takes_again_when_there_is_room) {
  world.storage().inject([](memory_store::faults& faults) { faults.full = true; });
  const auto refused = client.event(R"({"type": "shift_changed"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body["code"], "disk_full");
  EXPECT_FALSE(refused.raw.get("retry-after").empty());

  world.storage().inject([](memory_store::faults& faults) { faults.full = false; });
  EXPECT_EQ(client.event(R"({"type": "shift_changed"})").status, 202);
}

TEST_F(ingest, of_a_partial_batch_takes_the_good_and_reports_the_bad) {
  client.event(R"({"type": "shift_changed", "id": "known", "data": 1})");
  const auto reply = client.post("/v1/events?partial=true",
                                 R"([{"type": "shift_changed", "id": "known", "data": 2},
                                     {"type": "shift_changed", "id": "new"},
                                     {"id": "typeless"},
                                     {"type": "shift_changed", "id": "known", "data": 1}])",
                                 {{"Content-Type", "application/json"}});
  EXPECT_EQ(reply.status, 207);
  EXPECT_EQ(reply.body["accepted"], 2);
  const auto& events = reply.body["events"];
  ASSERT_EQ(events.size(), 4U);
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(events[i]["index"], i);
  EXPECT_EQ(events[0]["status"], 409);
  EXPECT_EQ(events[0]["code"], "conflict");
  EXPECT_EQ(events[0]["id"], "known");
  EXPECT_EQ(events[1]["status"], 202);
  EXPECT_EQ(events[1]["id"], "new");
  EXPECT_EQ(events[1]["duplicate"], false);
  EXPECT_TRUE(events[1]["code"].is_null());
  EXPECT_EQ(events[2]["status"], 400);
  EXPECT_EQ(events[2]["code"], "missing_type");
  EXPECT_TRUE(events[2]["id"].is_null());
  EXPECT_EQ(events[3]["status"], 202);
  EXPECT_EQ(events[3]["duplicate"], true);
}

TEST_F(ingest, of_a_partial_batch_with_nothing_good_accepts_nothing) {
  const auto reply = client.post("/v1/events?partial=true", R"([{"id": "typeless"}])",
                                 {{"Content-Type", "application/json"}});
  EXPECT_EQ(reply.status, 207);
  EXPECT_EQ(reply.body["accepted"], 0);
}

TEST_F(ingest, of_a_partial_batch_refuses_all_while_the_disk_is_full) {
  world.storage().inject([](memory_store::faults& faults) { faults.full = true; });
  const auto reply =
      client.post("/v1/events?partial=true", R"([{"type": "shift_changed", "id": "p1"}, {}])",
                  {{"Content-Type", "application/json"}});
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body["code"], "disk_full");
  world.storage().inject([](memory_store::faults& faults) { faults.full = false; });
}

TEST_F(ingest, refuses_a_batch_whose_items_cannot_be_told_apart_even_where_partial) {
  const auto reply = client.post("/v1/events?partial=true", R"([{"type": "shift_changed"}, )",
                                 {{"Content-Type", "application/json"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body["code"], "malformed_json");
}

// In a world of its own: what other events are still settling must not meet the fault.
TEST(ingest_with_a_failing_disk, answers_nothing_2xx) {
  api_world world;
  api_client client{world};
  // Connectors that open write their state: that commit must not be the one that fails.
  std::promise<void> flushed;
  world.storage().flush([&flushed](const store_error&) { flushed.set_value(); });
  flushed.get_future().wait();
  world.storage().inject([](memory_store::faults& faults) { faults.fail_commits = 1; });
  const auto reply = client.event(R"({"type": "shift_changed", "id": "e1"})");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body["code"], "store_failed");
}

TEST(ingest_with_reject, refuses_types_that_no_connector_names) {
  delivery_engine_settings with;
  with.reject_unrouted = true;
  api_world world{{}, with};
  api_client client{world};
  const auto reply = client.event(R"({"type": "shft_logged"})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.body["code"], "unrouted");
  EXPECT_NE(reply.body["detail"].get<std::string>().find("shift_logged"), std::string::npos);
}

}  // namespace
}  // namespace airtrain::api
