#include <gtest/gtest.h>

#include <ostream>

#include "tests/api/api_world.hpp"

namespace airtrain::api {
namespace {

struct bad_body {
  const char* name;
  std::string body;
  int status;
  const char* code;
  const char* detail_has;
  const char* content_type = "application/json";
};
std::ostream& operator<<(std::ostream& out, const bad_body& what) {
  return out << what.name;
}

std::string nested(std::size_t depth) {
  return R"({"type":"shift_changed","data":)" + std::string(depth, '[') + std::string(depth, ']') +
         "}";
}

class bad_input : public testing::TestWithParam<bad_body> {};

/// One world for all of them: none may leave anything behind that hurts the next. It ends before
/// `main` does: an actor system must not outlive the main thread's own storage.
class world_of_all : public testing::Environment {
 public:
  static api_world& get() {
    if (!world_) world_ = std::make_unique<api_world>();
    return *world_;
  }
  void TearDown() override { world_.reset(); }

 private:
  static inline std::unique_ptr<api_world> world_;
};
[[maybe_unused]] const auto* const environment =
    testing::AddGlobalTestEnvironment(new world_of_all);

api_world& shared_world() {
  return world_of_all::get();
}

TEST_P(bad_input, is_refused_clearly_and_the_connection_goes_on) {
  api_client client{shared_world()};
  const auto& bad = GetParam();
  const auto reply = client.post("/v1/events", bad.body, {{"Content-Type", bad.content_type}});
  EXPECT_EQ(reply.status, bad.status) << reply.raw.body;
  EXPECT_EQ(reply.raw.get("content-type"), "application/problem+json");
  EXPECT_EQ(reply.body["status"], bad.status);
  EXPECT_EQ(reply.body["code"], bad.code);
  EXPECT_NE(reply.body["detail"].get<std::string>().find(bad.detail_has), std::string::npos)
      << reply.raw.body;
  EXPECT_EQ(client.event(R"({"type": "shift_changed"})").status, 202);
}

INSTANTIATE_TEST_SUITE_P(
    body, bad_input,
    testing::Values(
        bad_body{"empty", "", 400, "malformed_json", "byte 0"},
        bad_body{"cut_off", R"({"type": "shift)", 400, "malformed_json", "byte 15"},
        bad_body{"trailing", R"({"type":"shift_changed"}x)", 400, "malformed_json", "byte 24"},
        bad_body{"not_utf8", "{\"type\":\"\xFF\"}", 400, "malformed_json", "byte 9"},
        bad_body{"number", "42", 400, "malformed_json", ""},
        bad_body{"too_deep", nested(65), 400, "too_deep", "byte 94"},
        bad_body{"duplicate_key", R"({"type":"a","type":"b"})", 400, "duplicate_key", "byte 12"},
        bad_body{"missing_type", R"({"data":{}})", 400, "missing_type", "type"},
        bad_body{"type_is_a_number", R"({"type":7})", 400, "invalid_attribute", "type"},
        bad_body{"long_id", R"({"type":"shift_changed","id":")" + std::string(257, 'x') + R"("})",
                 400, "id_too_long", "256"},
        bad_body{"control_character_in_id", R"({"type":"shift_changed","id":"a\u0007b"})", 400,
                 "invalid_attribute", "id"},
        bad_body{"bad_time", R"({"type":"shift_changed","time":"tomorrow"})", 400,
                 "invalid_attribute", "time"},
        bad_body{"content_type", "<event/>", 415, "unsupported_media_type", "application/json",
                 "application/xml"}),
    [](const auto& tested) { return tested.param.name; });

TEST(bad_input_limits, of_events_in_a_request_is_413) {
  http_settings http;
  http.max_batch = 2;
  api_world world{http};
  api_client client{world};
  const auto reply = client.event(R"([{"type":"a"},{"type":"a"},{"type":"a"}])");
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.body["code"], "too_many_events");
}

TEST(bad_input_limits, of_a_body_is_413_and_the_client_sees_it) {
  http::server_settings server;
  server.body_bytes_max = 1000;
  api_world world{{}, {}, server};
  api_client client{world};
  const auto reply = client.event(std::string(100'000, ' '));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.raw.get("content-type"), "application/problem+json");
  EXPECT_EQ(reply.body["type"], "urn:airtrain:problem:body_too_large");
  const auto metrics = api_client{world}.get("/metrics").raw.body;
  EXPECT_NE(metrics.find("events_rejected_total{reason=\"body_too_large\"} 1\n"),
            std::string::npos);
}

TEST(bad_input_encoding, of_a_compressed_body_is_415) {
  api_client client{shared_world()};
  const auto reply = client.post(
      "/v1/events", "x", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(reply.status, 415);
  EXPECT_EQ(reply.body["code"], "unsupported_content_encoding");
}

TEST(bad_input_origin, of_another_site_is_refused_before_anything_is_taken) {
  api_client client{shared_world()};
  const auto reply =
      client.post("/v1/events", R"({"type": "shift_changed", "id": "csrf"})",
                  {{"Content-Type", "application/json"}, {"Origin", "https://evil.example"}});
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body["code"], "origin_not_allowed");
  EXPECT_EQ(api_client{shared_world()}.get("/v1/events/csrf").status, 404);
}

TEST(bad_input_path, that_does_not_exist_is_404) {
  api_client client{shared_world()};
  for (const char* path : {"/", "/v1", "/v1/event", "/v1/events/", "/v1/events/a/b", "/v2/events",
                           "/v1/connectors/%zz"}) {
    const auto reply = client.get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.body["code"], "not_found") << path;
  }
}

TEST(bad_input_method, that_does_not_fit_is_405_with_those_that_do) {
  api_client client{shared_world()};
  const auto events = client.wire().request("DELETE", "/v1/events", "");
  EXPECT_EQ(events.status, 405);
  EXPECT_EQ(events.get("allow"), "POST, GET, HEAD");
  EXPECT_EQ(client.get("/v1/connectors/payroll/pause").raw.get("allow"), "POST");
  EXPECT_EQ(client.post("/readyz", "").status, 405);
}

TEST(bad_input_method, of_head_is_answered_like_get_without_a_body) {
  api_client client{shared_world()};
  const auto head = client.wire().request("HEAD", "/livez", "");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.get("content-length"), std::to_string(client.get("/livez").raw.body.size()));
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(client.wire().request("HEAD", "/v1/connectors/payroll/pause", "").status, 405);
}

TEST(bad_input_parameter, that_is_unknown_is_400_with_did_you_mean) {
  api_client client{shared_world()};
  const auto reply = client.get("/v1/dead-letters?conector=payroll");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body["code"], "invalid_parameter");
  EXPECT_NE(reply.body["detail"].get<std::string>().find("connector"), std::string::npos);
}

TEST(bad_input_parameter, of_every_list_is_checked) {
  api_client client{shared_world()};
  for (const char* target :
       {"/v1/events?limit=0", "/v1/events?since=yesterday", "/v1/deliveries?state=delivered",
        "/v1/dead-letters?reason=bad_luck", "/v1/dead-letters?state=pending",
        "/v1/dead-letters?group=x", "/v1/audit?limit=1001", "/v1/connectors?limit=-1"}) {
    const auto reply = client.get(target);
    EXPECT_EQ(reply.status, 400) << target;
    EXPECT_EQ(reply.body["code"], "invalid_parameter") << target;
  }
}

TEST(bad_input_connector, that_does_not_exist_is_404_with_did_you_mean) {
  api_client client{shared_world()};
  for (const char* target : {"/v1/connectors/payrol", "/v1/deliveries?connector=payrol",
                             "/v1/dead-letters?connector=payrol"}) {
    const auto reply = client.get(target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.body["code"], "no_such_connector") << target;
    EXPECT_NE(reply.body["detail"].get<std::string>().find("payroll"), std::string::npos);
  }
  const auto paused = client.post("/v1/connectors/payrol/pause", "");
  EXPECT_EQ(paused.status, 404);
  EXPECT_EQ(paused.body["code"], "no_such_connector");
}

}  // namespace
}  // namespace airtrain::api
