#include <gtest/gtest.h>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

using reply = api_client::reply;

class reading : public testing::Test {
 protected:
  void ingest(const std::string& id, const char* data = "1") {
    const auto took =
        client.event(R"({"type": "shift_changed", "id": ")" + id + R"(", "data": )" + data + "}");
    ASSERT_EQ(took.status, 202) << took.raw.body;
  }
  reply event_when(const std::string& id, std::string_view state) {
    return client.get_until("/v1/events/" + id, [&](const reply& now) {
      return now.status == 200 && now.body["deliveries"][0]["state"] == state;
    });
  }

  api_world world;
  api_client client{world};
};

TEST_F(reading, an_event_shows_its_deliveries_and_attempts) {
  ingest("e1", R"({"pay": 12.5000000000000000001})");
  const auto shown = event_when("e1", "delivered");
  EXPECT_EQ(shown.body["event"]["specversion"], "1.0");
  EXPECT_EQ(shown.body["event"]["source"], "/airtrain");
  EXPECT_EQ(shown.body["event"]["type"], "shift_changed");
  EXPECT_NE(shown.raw.body.find("12.5000000000000000001"), std::string::npos);
  EXPECT_TRUE(shown.body["accepted_at"].is_string());
  const auto& delivery = shown.body["deliveries"][0];
  EXPECT_EQ(delivery["connector"], "payroll");
  EXPECT_EQ(delivery["part"], 0);
  EXPECT_TRUE(delivery["next_attempt_at"].is_null());
}

TEST_F(reading, a_dead_delivery_shows_why) {
  world.payroll->answers(scripted_target::rejects("no such employee"));
  ingest("e1");
  const auto delivery = event_when("e1", "dead").body["deliveries"][0];
  EXPECT_EQ(delivery["reason"], "answered");
  ASSERT_EQ(delivery["attempts"].size(), 1u);
  EXPECT_EQ(delivery["attempts"][0]["n"], 1);
  EXPECT_EQ(delivery["attempts"][0]["class"], "reject");
  EXPECT_EQ(delivery["attempts"][0]["status"], 422);
  EXPECT_EQ(delivery["attempts"][0]["answer"], "no such employee");
  EXPECT_TRUE(delivery["attempts"][0]["seconds"].is_number());
}

TEST_F(reading, stays_valid_json_with_odd_bytes_in_an_answer) {
  world.payroll->answers(scripted_target::rejects("caf\xE9 \x01 \xF0\x28"));
  ingest("e1");
  const auto shown = event_when("e1", "dead");
  EXPECT_FALSE(shown.body.is_discarded());
  const auto letters = client.get("/v1/dead-letters");
  EXPECT_FALSE(letters.body.is_discarded());
  EXPECT_EQ(letters.body["items"].size(), 1u);
}

TEST_F(reading, an_event_that_is_not_kept_is_404) {
  const auto missing = client.get("/v1/events/nobody");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body["code"], "not_found");
}

TEST_F(reading, an_id_that_two_sources_use_wants_the_source) {
  for (const char* source : {"/a", "/b"})
    ASSERT_EQ(client
                  .event(std::string{R"({"type": "shift_changed", "id": "x/y z", "source": ")"} +
                         source + R"("})")
                  .status,
              202);
  const auto both = client.get("/v1/events/x%2Fy%20z");
  EXPECT_EQ(both.status, 409);
  EXPECT_EQ(both.body["code"], "ambiguous_id");
  const auto one = client.get("/v1/events/x%2Fy%20z?source=%2Fb");
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(one.body["event"]["source"], "/b");
}

TEST_F(reading, events_are_listed_page_by_page) {
  for (int i = 0; i < 5; ++i) ingest("e" + std::to_string(i));
  std::vector<std::string> ids;
  std::string next;
  do {
    const auto page = client.get("/v1/events?limit=2&next=" + next);
    ASSERT_EQ(page.status, 200);
    EXPECT_LE(page.body["items"].size(), 2u);
    for (const auto& item : page.body["items"]) ids.push_back(item["id"]);
    next = page.body["next"].is_null() ? "" : page.body["next"].get<std::string>();
  } while (!next.empty());
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (std::vector<std::string>{"e0", "e1", "e2", "e3", "e4"}));
  EXPECT_EQ(client.get("/v1/events?type=other").body["items"].size(), 0u);
}

TEST_F(reading, deliveries_behind_a_stopped_lane_are_listed_as_waiting) {
  world.journal->answers(scripted_target::rejects("no"));
  client.event(R"([{"type": "shift_logged", "id": "l1", "data": {"lane": "E1"}},
                   {"type": "shift_logged", "id": "l2", "data": {"lane": "E1"}}])");
  client.get_until("/v1/deliveries/l2/journal/why", [](const reply& now) {
    return now.status == 200 && !now.body["waits_for"].empty() &&
           now.body["waits_for"][0]["what"] == "stopped_lane";
  });
  EXPECT_EQ(client.get("/v1/deliveries/l2/journal/why").body["waits_for"][0]["id"],
            client.get("/v1/dead-letters").body["items"][0]["id"]);
  const auto list =
      client.get_until("/v1/deliveries?connector=journal&state=waiting",
                       [](const reply& now) { return now.body["items"].size() == 1; });
  EXPECT_EQ(list.body["items"][0]["event_id"], "l2");
}

TEST_F(reading, waiting_deliveries_are_listed_and_explained) {
  world.payroll->answers(scripted_target::down());
  ingest("e1");
  const auto list =
      client.get_until("/v1/deliveries?connector=payroll&state=waiting",
                       [](const reply& now) { return now.body["items"].size() == 1; });
  const auto& item = list.body["items"][0];
  EXPECT_EQ(item["event_id"], "e1");
  EXPECT_EQ(item["connector"], "payroll");
  EXPECT_EQ(item["state"], "waiting");

  const auto why = client.get_until("/v1/deliveries/e1/payroll/why", [](const reply& now) {
    return now.status == 200 && !now.body["waits_for"].empty();
  });
  EXPECT_EQ(why.body["state"], "waiting");
  EXPECT_TRUE(why.body["waits_for"][0]["what"].is_string());
}

TEST_F(reading, waiting_deliveries_on_disk_and_those_held_back_make_one_list) {
  world.payroll->answers(scripted_target::down());
  for (const char* id : {"failed1", "failed2"}) {
    ingest(id);
    event_when(id, "waiting");
  }
  client.post("/v1/connectors/payroll/pause", "");
  for (const char* id : {"held1", "held2"}) {
    ingest(id);
    event_when(id, "waiting");
  }

  std::vector<std::string> ids;
  std::string next;
  do {
    const auto page = client.get("/v1/deliveries?state=waiting&limit=1&next=" + next);
    ASSERT_EQ(page.status, 200);
    for (const auto& item : page.body["items"]) ids.push_back(item["event_id"]);
    next = page.body["next"].is_null() ? "" : page.body["next"].get<std::string>();
  } while (!next.empty() && ids.size() < 10);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, (std::vector<std::string>{"failed1", "failed2", "held1", "held2"}));
  EXPECT_TRUE(client.get("/v1/deliveries?state=in_flight").body["items"].empty());
}

TEST(reading_of_rates, why_names_the_rate_that_connectors_share) {
  delivery_engine_settings slow;
  slow.rate_limits = {{"tenant", 0.001}};
  api_world world{{}, slow};
  api_client client{world};
  for (const auto* id : {"e1", "e2"})
    client.event(std::string{R"({"type": "shift_changed", "id": ")"} + id + R"("})");
  const auto why = client.get_until("/v1/deliveries/e2/payroll/why", [](const reply& now) {
    return now.status == 200 && !now.body["waits_for"].empty() &&
           now.body["waits_for"][0]["what"] == "rate_limit";
  });
  EXPECT_EQ(why.body["waits_for"][0]["id"], "tenant");
}

TEST_F(reading, why_of_an_ended_delivery_waits_for_nothing) {
  ingest("e1");
  event_when("e1", "delivered");
  const auto why = client.get("/v1/deliveries/e1/payroll/why");
  EXPECT_EQ(why.status, 200);
  EXPECT_EQ(why.body["state"], "delivered");
  EXPECT_TRUE(why.body["waits_for"].empty());
  EXPECT_TRUE(why.body["earliest"].is_null());
}

TEST_F(reading, why_tells_a_connector_that_is_not_the_events_from_one_that_is_not_there) {
  ingest("e1");
  EXPECT_EQ(client.get("/v1/deliveries/e1/journal/why").body["code"], "not_found");
  EXPECT_EQ(client.get("/v1/deliveries/e1/jurnal/why").body["code"], "no_such_connector");
}

TEST_F(reading, a_connector_has_all_members_of_the_interface) {
  ingest("e1");
  const auto shown = client.get_until("/v1/connectors/payroll", [](const reply& now) {
    return now.status == 200 && now.body["delivered_total"] == 1;
  });
  for (const char* member :
       {"name", "type", "state", "reason", "since", "breaker", "backlog", "oldest_pending_seconds",
        "in_flight", "concurrency_limit", "lanes_stopped", "dead_letters", "delivered_total",
        "rate_per_second", "latency_seconds", "last_error"})
    EXPECT_TRUE(shown.body.contains(member)) << member;
  EXPECT_EQ(shown.body["state"], "running");
  EXPECT_EQ(shown.body["breaker"]["state"], "closed");
  EXPECT_TRUE(shown.body["latency_seconds"].contains("p99"));
}

TEST_F(reading, a_connector_in_trouble_shows_its_last_error) {
  world.payroll->answers(scripted_target::down());
  ingest("e1");
  const auto shown = client.get_until("/v1/connectors/payroll", [](const reply& now) {
    return now.body["last_error"].is_object();
  });
  EXPECT_EQ(shown.body["last_error"]["class"], "retry");
  EXPECT_EQ(shown.body["last_error"]["message"], "connection refused");
  EXPECT_EQ(shown.body["backlog"], 1);
}

TEST_F(reading, connectors_are_listed_by_name) {
  const auto all = client.get("/v1/connectors");
  ASSERT_EQ(all.body["items"].size(), 2u);
  EXPECT_EQ(all.body["items"][0]["name"], "journal");
  EXPECT_TRUE(all.body["next"].is_null());
  const auto first = client.get("/v1/connectors?limit=1");
  EXPECT_EQ(first.body["next"], "journal");
  EXPECT_EQ(client.get("/v1/connectors?next=journal").body["items"][0]["name"], "payroll");
}

TEST_F(reading, health_gives_a_reason_for_each_check) {
  const auto alive = client.get("/livez");
  EXPECT_EQ(alive.status, 200);
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.body["ready"], true);
  for (const char* check : {"store", "listener", "draining", "files"})
    EXPECT_FALSE(ready.body["checks"][check]["reason"].get<std::string>().empty()) << check;
}

TEST_F(reading, health_names_a_damaged_file_and_stays_ready) {
  world.storage().damage("000012.sst: block checksum mismatch");
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.body["checks"]["files"]["ok"], false);
  EXPECT_NE(ready.body["checks"]["files"]["reason"].get<std::string>().find("000012.sst"),
            std::string::npos);
}

TEST_F(reading, health_fails_while_draining_and_says_so) {
  world.api().drain();
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body["ready"], false);
  EXPECT_EQ(ready.body["checks"]["draining"]["ok"], false);
  EXPECT_EQ(ready.body["checks"]["store"]["ok"], true);
  EXPECT_EQ(client.get("/livez").status, 200);
}

TEST_F(reading, metrics_come_as_prometheus_text) {
  ingest("e1");
  event_when("e1", "delivered");
  client.event("{");
  const auto metrics = client.get("/metrics").raw;
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"\nairtrain_events_accepted_total 1\n",
        "\nairtrain_events_rejected_total{reason=\"malformed_json\"} 1\n",
        "\nairtrain_deliveries_total{connector=\"payroll\",outcome=\"delivered\"} 1\n"})
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
}

}  // namespace
}  // namespace airtrain::api
