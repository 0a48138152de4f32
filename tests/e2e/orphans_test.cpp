#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/running_service.hpp"
#include "tests/e2e/target.hpp"
#include "tests/wire/plain_client.hpp"

namespace airtrain::e2e {
namespace {

using nlohmann::json;

constexpr std::string_view journal =
    "  journal:\n    type: file\n    events: [\"*\"]\n    path: ./journal.ndjson\n";

class orphans : public testing::Test {
 protected:
  void configure(bool with_payroll) {
    const auto payroll_too =
        "  payroll:\n    type: http\n    events: [\"shift_*\"]\n"
        "    request: { url: " +
        payroll.origin() + "/shifts }\n";
    write_file(
        folder.path() / "airtrain.yaml",
        config_with(with_payroll ? payroll_too + std::string{journal} : std::string{journal}));
  }
  /// Runs the service once, and ends it as an operator does.
  template <class Work>
  void serve(Work work) {
    running_service service{folder.path()};
    wire::plain_client client{service.port()};
    work(client);
    service.self().signal(SIGTERM);
    EXPECT_EQ(service.self().wait(), 0) << service.self().errors();
  }

  target payroll;
  temporary_folder folder;
};

TEST_F(orphans, are_kept_listed_and_discardable_and_go_on_when_their_connector_returns) {
  configure(true);
  serve([](wire::plain_client& client) {
    EXPECT_EQ(client.post("/v1/connectors/payroll/pause", "", {}).status, 200);
    for (const char* id : {"e1", "e2", "e3"})
      EXPECT_EQ(client
                    .post_json("/v1/events",
                               R"({"type": "shift_changed", "id": ")" + std::string{id} + R"("})")
                    .status,
                202);
  });

  configure(false);
  serve([](wire::plain_client& client) {
    const auto connector = json::parse(client.get("/v1/connectors/payroll").body);
    EXPECT_EQ(connector["state"], "orphaned");
    EXPECT_EQ(connector["backlog"], 3);
    const auto listed = json::parse(client.get("/v1/deliveries?state=orphaned").body)["items"];
    ASSERT_EQ(listed.size(), 3u);
    const auto discarded = json::parse(
        client.post("/v1/deliveries/discard", R"({"ids": [)" + listed[1]["id"].dump() + "]}", {})
            .body);
    EXPECT_EQ(discarded["done"], 1) << discarded.dump();
  });

  configure(true);
  serve([this](wire::plain_client& client) {
    EXPECT_EQ(client.post("/v1/connectors/payroll/resume", "", {}).status, 200);
    EXPECT_TRUE(payroll.wait_for(2));
    const auto gone = json::parse(client.get("/v1/events/e2").body);
    for (const auto& one : gone["deliveries"])
      EXPECT_EQ(one["state"], one["connector"] == "payroll" ? "discarded" : "delivered");
  });
  EXPECT_EQ(payroll.bodies().size(), 2u);
}

}  // namespace
}  // namespace airtrain::e2e
