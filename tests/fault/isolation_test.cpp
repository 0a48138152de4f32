#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fault/service.hpp"

namespace airtrain::test {
namespace {

using std::chrono::seconds;

TEST(isolation, a_dead_and_a_hanging_connector_keep_nothing_from_a_healthy_one) {
  stand_in dead("fail");
  stand_in hanging("hang");
  stand_in healthy;
  service airtrain(connector_yaml("dead", dead.port()) + connector_yaml("hanging", hanging.port()) +
                   connector_yaml("healthy", healthy.port()) +
                   "  unresolvable:\n    type: http\n    events: [\"*\"]\n"
                   "    request: { url: \"http://nowhere.invalid/\" }\n");
  airtrain.start();
  harness::process load({LOAD_BINARY, "--port", std::to_string(airtrain.port()), "--events",
                         "20000", "--seconds", "60"});
  load.read_all();
  ASSERT_EQ(load.wait(seconds{10}), 0);

  EXPECT_TRUE(eventually([&] { return healthy.delivered() == 20000; }));
  EXPECT_TRUE(eventually([&] { return airtrain.backlog("healthy") == 0; }));
  EXPECT_EQ(airtrain.backlog("dead"), 20000u);
  EXPECT_EQ(airtrain.backlog("hanging"), 20000u);
  EXPECT_EQ(airtrain.backlog("unresolvable"), 20000u);
}

TEST(isolation, a_system_that_was_down_gets_everything_when_it_is_back) {
  stand_in target("fail");
  service airtrain(
      connector_yaml("target", target.port(), "    breaker: { open: 1s, open_max: 1s }\n"));
  airtrain.start();
  harness::process load({LOAD_BINARY, "--port", std::to_string(airtrain.port()), "--events", "3000",
                         "--seconds", "60"});
  load.read_all();
  ASSERT_EQ(load.wait(seconds{10}), 0);
  EXPECT_EQ(target.delivered(), 0u);
  EXPECT_LT(target.requests(), 100u) << "the open circuit protects the target";
  target.become("ok");
  EXPECT_TRUE(eventually([&] { return target.delivered() == 3000; }));
}

}  // namespace
}  // namespace airtrain::test
