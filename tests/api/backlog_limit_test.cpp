#include <gtest/gtest.h>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

const wire::headers as_json{{"Content-Type", "application/json"}};

/// "payroll" takes nothing and has room for two of these events.
class backlog_limit_test : public testing::Test {
 protected:
  explicit backlog_limit_test(when_full then = when_full::refuse)
      : world({}, {}, {}, {.bytes_max = 2 * size_of_one, .then = then}) {
    world.payroll->answers(scripted_target::down());
  }
  static std::string one(const std::string& id) {
    return R"({"type": "shift_changed", "id": ")" + id + R"(", "data": ")" +
           std::string(1000, 'x') + R"("})";
  }

  static constexpr std::uint64_t size_of_one = 1200;
  api_world world;
  api_client client{world};
};

TEST_F(backlog_limit_test, a_full_one_refuses_the_event_and_says_whose_and_when_to_try_again) {
  EXPECT_EQ(client.event(one("a")).status, 202);
  EXPECT_EQ(client.event(one("b")).status, 202);
  const auto reply = client.event(one("c"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body["code"], "backlog_full");
  EXPECT_NE(reply.body["detail"].get<std::string>().find("payroll"), std::string::npos);
  EXPECT_FALSE(reply.raw.get("retry-after").empty());
  EXPECT_EQ(client.get("/v1/events/c").status, 404);
  EXPECT_EQ(client.event(one("a")).body["duplicate"], true);
}

TEST_F(backlog_limit_test, it_shows_in_the_connector_and_in_the_metrics) {
  client.event(one("a"));
  const auto shown = client.get("/v1/connectors/payroll").body;
  EXPECT_GT(shown["backlog_bytes"], 1000);
  EXPECT_EQ(shown["backlog_max"], 2 * size_of_one);
  EXPECT_TRUE(client.get("/v1/connectors/journal").body["backlog_max"].is_null());
  client.event(one("b"));
  client.event(one("c"));
  const auto metrics = client.get("/metrics").raw.body;
  for (const auto* line : {"airtrain_backlog_max_bytes{connector=\"payroll\"} 2400",
                           "airtrain_events_rejected_total{reason=\"backlog_full\"} 1"})
    EXPECT_NE(metrics.find(line), std::string::npos) << line;
  EXPECT_NE(metrics.find("airtrain_backlog_bytes{connector=\"payroll\"} 2"), std::string::npos);
}

TEST_F(backlog_limit_test, of_a_partial_batch_only_what_does_not_fit_is_refused) {
  const auto batch = "[" + one("a") + "," + one("b") + "," + one("c") +
                     R"(,{"type": "other", "id": "d"},)" + one("e") + "]";
  const auto whole = client.post("/v1/events", batch, as_json);
  EXPECT_EQ(whole.status, 503);
  EXPECT_EQ(whole.body["errors"].size(), 2u);
  const auto reply = client.post("/v1/events?partial=true", batch, as_json);
  EXPECT_EQ(reply.status, 207);
  EXPECT_EQ(reply.body["accepted"], 3);
  const auto& events = reply.body["events"];
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0]["status"], 202);
  EXPECT_EQ(events[1]["status"], 202);
  EXPECT_EQ(events[2]["status"], 503);
  EXPECT_EQ(events[2]["code"], "backlog_full");
  EXPECT_EQ(events[3]["status"], 202);
  EXPECT_EQ(events[4]["code"], "backlog_full");
}

class backlog_limit_to_dead_letters : public backlog_limit_test {
 protected:
  backlog_limit_to_dead_letters() : backlog_limit_test(when_full::dead_letter) {}
};

TEST_F(backlog_limit_to_dead_letters, a_full_one_ends_only_its_own_delivery) {
  client.event(one("a"));
  client.event(one("b"));
  const auto reply = client.event(R"({"type": "shift_logged", "id": "c", "data": ")" +
                                  std::string(1000, 'x') + R"("})");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body["deliveries"], 2);
  const auto letters = client.get("/v1/dead-letters").body["items"];
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0]["event_id"], "c");
  EXPECT_EQ(letters[0]["connector"], "payroll");
  EXPECT_EQ(letters[0]["reason"], "backlog_full");
  const auto ended = R"(airtrain_deliveries_total{connector="payroll",outcome="dead"} 1)";
  EXPECT_NE(client.get("/metrics").raw.body.find(ended), std::string::npos);
}

}  // namespace
}  // namespace airtrain::api
