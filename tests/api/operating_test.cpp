#include <gtest/gtest.h>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

using reply = api_client::reply;

class operating : public testing::Test {
 protected:
  void make_dead_letters(int count) {
    world.payroll->answers(scripted_target::rejects("no such employee"));
    for (int i = 0; i < count; ++i)
      client.event(R"({"type": "shift_changed", "id": "e)" + std::to_string(i) + R"("})");
    letters(static_cast<std::size_t>(count));
    world.payroll->answers(scripted_target::delivered());
  }
  reply letters(std::size_t count) {
    return client.get_until("/v1/dead-letters", [count](const reply& now) {
      return now.body["items"].size() == count;
    });
  }
  nlohmann::json audit() { return client.get("/v1/audit").body["items"]; }

  api_world world;
  api_client client{world};
};

TEST_F(operating, a_pause_holds_deliveries_until_resumed) {
  const auto paused = client.post("/v1/connectors/payroll/pause", "");
  EXPECT_EQ(paused.status, 200);
  EXPECT_EQ(paused.body["state"], "paused");
  client.event(R"({"type": "shift_changed", "id": "e1"})");
  const auto state_of_e1 = [](const reply& now) {
    return now.body["deliveries"][0]["state"].get<std::string>();
  };
  client.get_until("/v1/events/e1",
                   [&](const reply& now) { return state_of_e1(now) == "waiting"; });
  const auto why = client.get("/v1/deliveries/e1/payroll/why");
  EXPECT_EQ(why.body["state"], "waiting");
  EXPECT_EQ(why.body["waits_for"][0]["what"], "pause");
  const auto waiting = client.get("/v1/deliveries?state=waiting");
  ASSERT_EQ(waiting.body["items"].size(), 1u);
  EXPECT_EQ(waiting.body["items"][0]["event_id"], "e1");
  EXPECT_TRUE(client.get("/v1/deliveries?state=in_flight").body["items"].empty());

  EXPECT_EQ(client.post("/v1/connectors/payroll/resume", "").body["state"], "running");
  client.get_until("/v1/events/e1",
                   [&](const reply& now) { return state_of_e1(now) == "delivered"; });
}

TEST_F(operating, a_breaker_is_forced_open_and_given_back) {
  const auto open = client.post("/v1/connectors/payroll/breaker", R"({"state": "forced_open"})");
  EXPECT_EQ(open.status, 200);
  EXPECT_EQ(open.body["breaker"]["state"], "forced_open");
  const auto back = client.post("/v1/connectors/payroll/breaker", R"({"state": "auto"})");
  EXPECT_EQ(back.body["breaker"]["state"], "closed");
}

TEST_F(operating, a_breaker_state_that_does_not_exist_is_refused) {
  for (const char* body : {R"({"state": "open"})", "{}", "", R"({"state": 1})"}) {
    const auto refused = client.post("/v1/connectors/payroll/breaker", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.body["code"], "invalid_body") << body;
  }
}

TEST_F(operating, a_dead_letter_shows_what_was_sent_and_answered) {
  make_dead_letters(1);
  const std::string id = letters(1).body["items"][0]["id"];
  const auto letter = client.get("/v1/dead-letters/" + id);
  EXPECT_EQ(letter.status, 200);
  EXPECT_EQ(letter.body["event_id"], "e0");
  EXPECT_EQ(letter.body["connector"], "payroll");
  EXPECT_EQ(letter.body["reason"], "answered");
  EXPECT_EQ(letter.body["status"], 422);
  EXPECT_EQ(letter.body["answer"], "no such employee");
  EXPECT_EQ(letter.body["attempts"], 1);
  EXPECT_EQ(letter.body["request"]["target"], "/shifts");
  EXPECT_EQ(letter.body["request"]["headers"]["X-Agency"], "va");
  EXPECT_EQ(letter.body["event"]["type"], "shift_changed");
}

TEST_F(operating, a_dead_letter_that_is_not_there_is_404) {
  for (const char* id : {"1.99.0", "nonsense"})
    EXPECT_EQ(client.get(std::string{"/v1/dead-letters/"} + id).status, 404) << id;
}

TEST_F(operating, dead_letters_are_filtered) {
  make_dead_letters(2);
  const auto count = [&](const std::string& query) {
    return client.get("/v1/dead-letters?" + query).body["items"].size();
  };
  EXPECT_EQ(count("connector=payroll"), 2u);
  EXPECT_EQ(count("connector=journal"), 0u);
  EXPECT_EQ(count("type=shift_changed"), 2u);
  EXPECT_EQ(count("type=other"), 0u);
  EXPECT_EQ(count("reason=answered"), 2u);
  EXPECT_EQ(count("reason=gave_up"), 0u);
  EXPECT_EQ(count("state=expired"), 0u);
  EXPECT_EQ(count("until=2020-01-01T00:00:00Z"), 0u);
  EXPECT_EQ(count("since=2020-01-01T00:00:00Z"), 2u);
}

TEST_F(operating, a_replay_by_ids_delivers_them) {
  make_dead_letters(2);
  const std::string id = letters(2).body["items"][0]["id"];
  const auto replayed = client.post("/v1/dead-letters/replay", R"({"ids": [")" + id + R"("]})");
  EXPECT_EQ(replayed.status, 200);
  EXPECT_EQ(replayed.body,
            nlohmann::json::parse(R"({"matched": 1, "done": 1, "refused": [], "next": null})"));
  letters(1);
}

TEST_F(operating, a_replay_by_filter_takes_all_that_match) {
  make_dead_letters(3);
  const auto replayed =
      client.post("/v1/dead-letters/replay", R"({"filter": {"connector": "payroll"}})");
  EXPECT_EQ(replayed.body["matched"], 3);
  EXPECT_EQ(replayed.body["done"], 3);
  for (int i = 0; i < 3; ++i)
    client.get_until("/v1/events/e" + std::to_string(i), [](const reply& now) {
      return now.body["deliveries"][0]["state"] == "delivered";
    });
  letters(0);
}

TEST_F(operating, a_bulk_action_goes_on_where_its_limit_stopped_it) {
  make_dead_letters(3);
  const auto first = client.post("/v1/dead-letters/discard", R"({"filter": {}, "limit": 2})");
  EXPECT_EQ(first.body["done"], 2);
  ASSERT_TRUE(first.body["next"].is_string());
  const auto rest =
      client.post("/v1/dead-letters/discard", R"({"filter": {}, "limit": 2, "next": ")" +
                                                  first.body["next"].get<std::string>() + R"("})");
  EXPECT_EQ(rest.body["done"], 1);
  EXPECT_TRUE(rest.body["next"].is_null());
  letters(0);
}

TEST_F(operating, a_dry_run_changes_nothing) {
  make_dead_letters(2);
  const std::string id = letters(2).body["items"][0]["id"];
  const auto by_filter =
      client.post("/v1/dead-letters/replay", R"({"filter": {}, "dry_run": true})");
  EXPECT_EQ(by_filter.body["matched"], 2);
  EXPECT_EQ(by_filter.body["done"], 0);
  const auto by_ids = client.post("/v1/dead-letters/discard",
                                  R"({"ids": [")" + id + R"(", "1.999.0"], "dry_run": true})");
  EXPECT_EQ(by_ids.body["matched"], 1);
  EXPECT_EQ(by_ids.body["refused"][0]["code"], "not_found");
  letters(2);
}

TEST_F(operating, a_discard_ends_a_dead_letter) {
  make_dead_letters(1);
  EXPECT_EQ(client.post("/v1/dead-letters/discard", R"({"filter": {}})").body["done"], 1);
  letters(0);
  EXPECT_EQ(client.get("/v1/events/e0").body["deliveries"][0]["state"], "discarded");
}

TEST_F(operating, an_id_that_is_gone_is_refused_and_the_others_done) {
  make_dead_letters(1);
  const std::string id = letters(1).body["items"][0]["id"];
  const auto mixed =
      client.post("/v1/dead-letters/replay", R"({"ids": ["1.999.0", ")" + id + R"("]})");
  EXPECT_EQ(mixed.status, 200);
  EXPECT_EQ(mixed.body["done"], 1);
  ASSERT_EQ(mixed.body["refused"].size(), 1u);
  EXPECT_EQ(mixed.body["refused"][0]["id"], "1.999.0");
  EXPECT_EQ(mixed.body["refused"][0]["code"], "not_found");
}

TEST_F(operating, a_bulk_action_without_a_selection_is_refused) {
  make_dead_letters(1);
  for (const char* body : {"", "{}", R"({"filter": {"conector": "payroll"}})"})
    EXPECT_EQ(client.post("/v1/dead-letters/discard", body).status, 400) << body;
  letters(1);
}

TEST_F(operating, lanes_that_wait_for_an_operator_are_listed_and_released) {
  world.journal->answers(scripted_target::rejects("no"));
  for (const char* id : {"j1", "j2"})
    client.event(R"({"type": "shift_logged", "data": {"lane": 7}, "id": ")" + std::string{id} +
                 R"("})");
  const auto lanes =
      client.get_until("/v1/connectors/journal/lanes?state=stopped", [](const reply& now) {
        const auto& items = now.body["items"];
        return items.size() == 1 && items[0]["aside"] == 1;
      });
  const auto& lane = lanes.body["items"][0];
  EXPECT_EQ(lane["state"], "stopped");
  const auto letters = client.get("/v1/dead-letters?connector=journal").body["items"];
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(lane["stopped_by"], letters[0]["id"]);
  EXPECT_EQ(client.get("/v1/connectors/journal").body["lanes_stopped"], 1);

  world.journal->answers(scripted_target::delivered());
  client.post("/v1/dead-letters/discard", R"({"ids": [)" + letters[0]["id"].dump() + "]}");
  client.get_until("/v1/connectors/journal/lanes",
                   [](const reply& now) { return now.body["items"].empty(); });
  EXPECT_EQ(client.get("/v1/connectors/nobody/lanes").status, 404);
  EXPECT_EQ(client.get("/v1/connectors/journal/lanes?state=open").status, 400);
}

TEST_F(operating, a_single_node_owns_all_connectors) {
  const auto cluster = client.get("/v1/cluster").body;
  ASSERT_EQ(cluster["nodes"].size(), 1u);
  for (const auto& one : cluster["connectors"])
    EXPECT_EQ(one["owner"], cluster["nodes"][0]["name"]);
}

TEST_F(operating, a_dry_run_of_a_replay_lists_what_would_overwrite_newer_truth) {
  make_dead_letters(1);
  const auto would =
      client.post("/v1/dead-letters/replay", R"({"filter": {}, "dry_run": true})").body;
  EXPECT_EQ(would["matched"], 1);
  EXPECT_EQ(would["done"], 0);
  EXPECT_TRUE(would["refused"].empty()) << "a connector without lanes reorders nothing";
}

TEST_F(operating, every_action_leaves_exactly_one_audit_record) {
  client.post("/v1/connectors/payroll/pause", "");
  client.post("/v1/connectors/nobody/pause", "");
  client.post("/v1/connectors/payroll/breaker", R"({"state": "wrong"})");
  client.post("/v1/dead-letters/replay", R"({"filter": {"connector": "payroll"}})");
  client.post("/v1/dead-letters/discard", "{}");
  client.get("/v1/dead-letters");

  auto records = audit();
  ASSERT_EQ(records.size(), 5u);
  std::vector<std::string> outcomes;
  for (const auto& one : records) {
    EXPECT_EQ(one["who"], "loopback");
    EXPECT_EQ(one["from"], "127.0.0.1");
    outcomes.push_back(one["action"].get<std::string>() + " " + one["target"].get<std::string>() +
                       " " + one["outcome"].get<std::string>());
  }
  std::sort(outcomes.begin(), outcomes.end());
  EXPECT_EQ(outcomes, (std::vector<std::string>{
                          "connector.breaker payroll failed: invalid_body",
                          "connector.pause nobody failed: no_such_connector",
                          "connector.pause payroll done",
                          "dead_letters.discard  failed: invalid_body",
                          "dead_letters.replay connector=payroll done: 0, refused: 0",
                      }));
}

}  // namespace
}  // namespace airtrain::api
