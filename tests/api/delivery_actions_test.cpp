#include <gtest/gtest.h>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

using reply = api_client::reply;

/// "payroll" is down: the first few events wait for another attempt, further ones for the circuit.
class delivery_actions : public testing::Test {
 protected:
  void make_waiting(int count) {
    world.payroll->answers(scripted_target::down());
    for (int i = 0; i < count; ++i)
      client.event(R"({"type": "shift_changed", "id": "e)" + std::to_string(i) + R"("})");
    client.get_until("/v1/deliveries?connector=payroll", [count](const reply& now) {
      const auto& items = now.body["items"];
      return items.size() == static_cast<std::size_t>(count) &&
             std::all_of(items.begin(), items.end(),
                         [](const auto& one) { return one["state"] == "waiting"; });
    });
  }
  nlohmann::json waiting() { return client.get("/v1/deliveries?connector=payroll").body["items"]; }
  reply act(const std::string& what, const std::string& body) {
    return client.post("/v1/deliveries/" + what, body);
  }
  std::string state_of(const std::string& event) {
    return client.get("/v1/events/" + event).body["deliveries"][0]["state"];
  }
  void until_delivered(int count) {
    for (int i = 0; i < count; ++i)
      client.get_until("/v1/events/e" + std::to_string(i), [](const reply& now) {
        return now.body["deliveries"][0]["state"] == "delivered";
      });
  }

  api_world world;
  api_client client{world};
};

TEST_F(delivery_actions, discard_all_that_a_filter_takes_on_disk_and_in_the_connectors_hands) {
  make_waiting(12);
  const auto would = act("discard", R"({"filter": {"connector": "payroll"}, "dry_run": true})");
  EXPECT_EQ(would.body,
            nlohmann::json::parse(R"({"matched": 12, "done": 0, "refused": [], "next": null})"));
  EXPECT_EQ(waiting().size(), 12u);
  const auto done = act("discard", R"({"filter": {"connector": "payroll"}})");
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.body,
            nlohmann::json::parse(R"({"matched": 12, "done": 12, "refused": [], "next": null})"));
  EXPECT_EQ(waiting().size(), 0u);
  EXPECT_EQ(state_of("e0"), "discarded");
  EXPECT_EQ(state_of("e11"), "discarded");
  EXPECT_EQ(client.get("/v1/connectors/payroll").body["backlog"], 0);
}

TEST_F(delivery_actions, go_on_where_their_limit_stopped_them) {
  make_waiting(5);
  const auto first = act("discard", R"({"filter": {}, "limit": 2})");
  EXPECT_EQ(first.body["done"], 2);
  ASSERT_TRUE(first.body["next"].is_string());
  const auto rest = act("discard", R"({"filter": {}, "next": )" + first.body["next"].dump() + "}");
  EXPECT_EQ(rest.body["done"], 3);
  EXPECT_TRUE(rest.body["next"].is_null());
}

TEST_F(delivery_actions, can_be_repeated_from_the_start) {
  make_waiting(5);
  act("discard", R"({"filter": {}, "limit": 2})");
  const auto again = act("discard", R"({"filter": {}})");
  EXPECT_EQ(again.body["matched"], 3);
  EXPECT_EQ(again.body["done"], 3);
}

TEST_F(delivery_actions, by_ids_do_those_and_tell_of_the_others) {
  make_waiting(2);
  const std::string id = waiting()[0]["id"];
  const auto done = act("dead-letter", R"({"ids": [")" + id + R"(", "1.999.0"]})");
  EXPECT_EQ(done.body["matched"], 1);
  EXPECT_EQ(done.body["done"], 1);
  ASSERT_EQ(done.body["refused"].size(), 1u);
  EXPECT_EQ(done.body["refused"][0]["code"], "not_found");
  const auto letters = client.get("/v1/dead-letters").body["items"];
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0]["id"], id);
  EXPECT_EQ(letters[0]["reason"], "dead_lettered_by_operator");
}

TEST_F(delivery_actions, retry_what_would_wait_an_hour) {
  world.payroll->answers(scripted_target::down());
  client.event(R"({"type": "shift_changed", "id": "e0"})");
  client.get_until("/v1/events/e0", [](const reply& now) {
    return now.body["deliveries"][0]["next_attempt_at"].is_string();
  });
  world.payroll->answers(scripted_target::delivered());
  const auto done = act("retry", R"({"filter": {"reason": "connect_failed"}})");
  EXPECT_EQ(done.body["done"], 1) << done.raw.body;
  until_delivered(1);
}

TEST_F(delivery_actions, retry_nothing_that_waits_for_the_circuit) {
  make_waiting(12);
  const auto done = act("retry", R"({"filter": {}})").body;
  EXPECT_GE(done["done"], 1);
  EXPECT_EQ(done["done"].get<std::size_t>() + done["refused"].size(), 12u);
  for (const auto& one : done["refused"]) EXPECT_EQ(one["code"], "not_waiting");
}

TEST_F(delivery_actions, take_only_what_the_filter_names) {
  make_waiting(3);
  const auto count = [&](const std::string& filter) {
    return act("discard", R"({"dry_run": true, "filter": )" + filter + "}").body["matched"];
  };
  EXPECT_EQ(count(R"({"type": "shift_changed"})"), 3);
  EXPECT_EQ(count(R"({"type": "other"})"), 0);
  EXPECT_EQ(count(R"({"connector": "journal"})"), 0);
  EXPECT_EQ(count(R"({"state": "waiting"})"), 3);
  EXPECT_EQ(count(R"({"state": "orphaned"})"), 0);
  EXPECT_EQ(count(R"({"reason": "gave_up"})"), 0);
  EXPECT_EQ(count(R"({"since": "2020-01-01T00:00:00Z"})"), 3);
  EXPECT_EQ(count(R"({"until": "2020-01-01T00:00:00Z"})"), 0);
}

TEST_F(delivery_actions, refuse_a_filter_that_makes_no_sense) {
  for (const char* body :
       {"", "{}", R"({"filter": {"state": "delivered"}})", R"({"filter": {"group": "1"}})",
        R"({"filter": {}, "new_key": true})", R"({"ids": ["x"]})"}) {
    const auto refused = act("discard", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.body["code"], "invalid_body") << body;
  }
  EXPECT_EQ(act("retry", R"({"filter": {"connector": "payrol"}})").status, 404);
}

TEST_F(delivery_actions, free_a_lane_whose_head_they_end) {
  world.journal->answers(scripted_target::down());
  for (const char* id : {"j1", "j2"})
    client.event(R"({"type": "shift_logged", "data": {"lane": 7}, "id": ")" + std::string{id} +
                 R"("})");
  client.get_until("/v1/deliveries?connector=journal", [](const reply& now) {
    return now.body["items"].size() == 2 && now.body["items"][0]["attempts"] == 1;
  });
  world.journal->answers(scripted_target::delivered());
  const auto head = client.get("/v1/deliveries?connector=journal").body["items"][0];
  EXPECT_EQ(head["event_id"], "j1");
  EXPECT_EQ(act("discard", R"({"ids": [)" + head["id"].dump() + "]}").body["done"], 1);
  client.get_until("/v1/events/j2", [](const reply& now) {
    return now.body["deliveries"].back()["state"] == "delivered";
  });
}

TEST_F(delivery_actions, rerender_lets_the_next_attempt_take_the_current_mapping) {
  make_waiting(1);
  const auto before = waiting()[0];
  const auto done =
      client.post("/v1/connectors/payroll/rerender", R"({"filter": {}, "new_key": true})");
  EXPECT_EQ(done.body["done"], 1) << done.raw.body;
  EXPECT_NE(waiting()[0]["idempotency_key"], before["idempotency_key"]);
  EXPECT_EQ(client.post("/v1/connectors/payrol/rerender", R"({"filter": {}})").status, 404);
  const auto other =
      client.post("/v1/connectors/journal/rerender", R"({"ids": [)" + before["id"].dump() + "]}");
  EXPECT_EQ(other.body["refused"][0]["code"], "not_found");
}

TEST_F(delivery_actions, leave_one_audit_record_each) {
  make_waiting(1);
  act("retry", R"({"filter": {}, "dry_run": true})");
  act("discard", R"({"filter": {"connector": "payroll"}})");
  act("dead-letter", "{}");
  client.post("/v1/connectors/payroll/rerender", R"({"filter": {}})");
  const auto records = client.get("/v1/audit").body["items"];
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0]["action"], "deliveries.retry");
  EXPECT_EQ(records[0]["outcome"], "dry run: 1 matched");
  EXPECT_EQ(records[1]["action"], "deliveries.discard");
  EXPECT_EQ(records[1]["target"], "connector=payroll");
  EXPECT_EQ(records[2]["outcome"], "failed: invalid_body");
  EXPECT_EQ(records[3]["action"], "connector.rerender");
}

}  // namespace
}  // namespace airtrain::api
