#include <gtest/gtest.h>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

http_settings with_keys() {
  http_settings http;
  http.keys = {
      // sesame
      {"hms", "d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272", {"ingest"}},
      // swordfish
      {"desk", "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799", {"read"}},
      // mellon
      {"boss",
       "83006a438f94daf3a7dd9c7b27f70c15e443c0ca55d58fcdfa76899ae466b455",
       {"read", "payload", "operate"}}};
  return http;
}

class keys : public testing::Test {
 protected:
  api_world world{with_keys()};
  api_client stranger{world};
  api_client hms{world, {{"Authorization", "Bearer sesame"}}};
  api_client desk{world, {{"X-API-Key", "swordfish"}}};
  api_client boss{world, {{"X-API-Key", "mellon"}}};
};

TEST_F(keys, are_wanted_by_everything_but_health) {
  for (const auto& way : {"/v1/events", "/v1/events/x", "/v1/deliveries", "/v1/connectors",
                          "/v1/dead-letters", "/v1/audit", "/metrics"}) {
    const auto refused = stranger.get(way);
    EXPECT_EQ(refused.status, 401) << way;
    EXPECT_EQ(refused.body["code"], "key_required") << way;
    EXPECT_EQ(refused.raw.get("www-authenticate"), "Bearer") << way;
  }
  EXPECT_EQ(stranger.event(R"({"type": "shift_changed"})").status, 401);
  EXPECT_EQ(stranger.post("/v1/connectors/payroll/pause", "").status, 401);
  EXPECT_EQ(stranger.get("/livez").status, 200);
  EXPECT_EQ(stranger.get("/readyz").status, 200);
}

TEST_F(keys, that_nobody_knows_are_refused) {
  api_client guessing{world, {{"X-API-Key", "open"}}};
  const auto refused = guessing.get("/v1/connectors");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body["code"], "key_unknown");
}

TEST_F(keys, may_only_do_what_their_scopes_say) {
  EXPECT_EQ(hms.event(R"({"type": "shift_changed"})").status, 202);
  EXPECT_EQ(hms.get("/v1/connectors").status, 403);
  EXPECT_EQ(desk.get("/v1/connectors").status, 200);
  EXPECT_EQ(desk.event(R"({"type": "shift_changed"})").body["code"], "scope_missing");
  EXPECT_EQ(desk.post("/v1/connectors/payroll/pause", "").status, 403);
  EXPECT_EQ(boss.post("/v1/connectors/payroll/pause", "").status, 200);
}

TEST_F(keys, are_counted_when_let_in_and_when_turned_away) {
  hms.event(R"({"type": "shift_changed"})");
  hms.get("/v1/connectors");
  stranger.get("/v1/connectors");
  const auto metrics = desk.get("/metrics").raw.body;
  for (const char* line :
       {R"({key="hms",outcome="accepted"} 1)", R"({key="hms",outcome="denied"} 1)",
        R"({key="desk",outcome="accepted"} 1)", R"({key="unknown",outcome="denied"} 1)"})
    EXPECT_NE(metrics.find(std::string{"airtrain_api_requests_total"} + line + "\n"),
              std::string::npos)
        << line;
}

TEST_F(keys, name_the_source_of_events_that_have_none) {
  hms.event(R"({"type": "shift_changed", "id": "e1"})");
  EXPECT_EQ(desk.get("/v1/events/e1").body["event"]["source"], "hms");
}

TEST_F(keys, without_the_scope_payload_see_no_bodies) {
  world.payroll->answers(scripted_target::rejects("unknown: Jane Roe"));
  hms.event(R"({"type": "shift_changed", "id": "e1", "data": {"name": "Jane Roe"}})");
  const auto letters = desk.get_until("/v1/dead-letters", [](const api_client::reply& now) {
    return now.body["items"].size() == 1;
  });
  const std::string id = letters.body["items"][0]["id"];
  for (const std::string& target : {std::string{"/v1/dead-letters"}, "/v1/dead-letters/" + id,
                                    std::string{"/v1/events"}, std::string{"/v1/events/e1"}})
    EXPECT_EQ(desk.get(target).raw.body.find("Jane"), std::string::npos) << target;

  EXPECT_EQ(boss.get("/v1/events/e1").body["event"]["data"]["name"], "Jane Roe");
  const auto letter = boss.get("/v1/dead-letters/" + id);
  EXPECT_EQ(letter.body["answer"], "unknown: Jane Roe");
  EXPECT_EQ(letter.body["event"]["data"]["name"], "Jane Roe");
  EXPECT_NE(letter.body["request"]["body"].get<std::string>().find("Jane"), std::string::npos);
}

TEST_F(keys, that_are_denied_leave_an_audit_record) {
  stranger.post("/v1/connectors/payroll/pause", "");
  desk.post("/v1/connectors/payroll/pause", "");
  const auto records = desk.get("/v1/audit").body["items"];
  ASSERT_EQ(records.size(), 2u);
  std::vector<std::string> who;
  for (const auto& one : records) {
    EXPECT_EQ(one["outcome"], "denied");
    EXPECT_EQ(one["action"], "connector.pause");
    EXPECT_EQ(one["target"], "payroll");
    who.push_back(one["who"]);
  }
  std::sort(who.begin(), who.end());
  EXPECT_EQ(who, (std::vector<std::string>{"desk", "unknown"}));
}

TEST(behind_a_proxy, an_operator_is_known_by_the_address_the_proxy_saw) {
  auto http = with_keys();
  http.behind_proxy = true;
  api_world world{http};
  api_client boss{world, {{"X-API-Key", "mellon"}, {"X-Forwarded-For", "10.9.9.9, 192.0.2.7"}}};
  boss.post("/v1/connectors/payroll/pause", "");
  EXPECT_EQ(boss.get("/v1/audit").body["items"][0]["from"], "192.0.2.7");
}

TEST(behind_a_proxy, a_line_of_the_clients_own_does_not_hide_the_proxys) {
  auto http = with_keys();
  http.behind_proxy = true;
  api_world world{http};
  api_client boss{
      world,
      {{"X-API-Key", "mellon"}, {"X-Forwarded-For", "10.9.9.9"}, {"X-Forwarded-For", "192.0.2.7"}}};
  boss.post("/v1/connectors/payroll/pause", "");
  EXPECT_EQ(boss.get("/v1/audit").body["items"][0]["from"], "192.0.2.7");
}

TEST_F(keys, cannot_say_that_they_come_from_elsewhere_without_a_proxy) {
  api_client liar{world, {{"X-API-Key", "mellon"}, {"X-Forwarded-For", "192.0.2.7"}}};
  liar.post("/v1/connectors/payroll/pause", "");
  EXPECT_EQ(desk.get("/v1/audit").body["items"][0]["from"], "127.0.0.1");
}

TEST_F(keys, that_are_guessed_do_not_fill_the_audit_log) {
  for (int i = 0; i < 100; ++i) stranger.post("/v1/connectors/payroll/pause", "");
  const auto records = desk.get("/v1/audit?limit=1000").body["items"].size();
  EXPECT_GE(records, 60u);
  EXPECT_LT(records, 70u);
}

}  // namespace
}  // namespace airtrain::api
