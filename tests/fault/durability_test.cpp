#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <random>

#include "bench/harness/ask.hpp"
#include "tests/fault/ledger.hpp"

namespace airtrain::test {
namespace {

using harness::ask;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string event(const std::string& id) {
  return fmt::format(R"({{"type":"shift_added","id":"{0}","data":{{"id":"{0}"}}}})", id);
}

/// KILLS in the environment, else so few that it takes seconds.
int kills() {
  int count = 8;
  if (const char* given = std::getenv("KILLS"))
    std::from_chars(given, given + std::strlen(given), count);
  return std::max(1, count);
}

TEST(durability, nothing_acknowledged_is_lost_when_the_process_is_killed_again_and_again) {
  const int deaths = kills();
  // A long run is about the number of deaths: its ledger has to fit in memory.
  const int events = deaths <= 100 ? deaths * 2500 : deaths * 400;
  const int rate = deaths <= 100 ? 4000 : 1000;
  stand_in plain;
  stand_in ordered;
  service airtrain(
      connector_yaml("plain", plain.port()) +
      connector_yaml("ordered", ordered.port(), "    ordering: { key: data.employee_id }\n"));
  airtrain.start();
  const auto ledger = airtrain.folder() / "ledger";
  harness::process load({LOAD_BINARY, "--port", std::to_string(airtrain.port()), "--connections",
                         "16", "--events", std::to_string(events), "--seconds",
                         std::to_string(120 + 10 * deaths), "--retry", "yes", "--keys", "50",
                         "--ledger", ledger.string(), "--rate", std::to_string(rate)});
  std::minstd_rand random(20261125);
  for (int kill = 0; kill < deaths; ++kill) {
    // The moment of death is what varies: a little work, then the kill.
    poll(nullptr, 0, static_cast<int>(100 + random() % 400));
    airtrain.kill_now();
    airtrain.start();
  }
  load.read_all();
  ASSERT_EQ(load.wait(seconds{10}), 0);

  const auto acknowledged = acknowledged_in(ledger);
  ASSERT_EQ(acknowledged.size(), static_cast<std::size_t>(events));
  for (auto* target : {&plain, &ordered})
    EXPECT_TRUE(eventually([&] { return missing_at(*target, acknowledged).empty(); }));
  EXPECT_TRUE(eventually([&] { return airtrain.backlog("plain") == 0; }));
  EXPECT_TRUE(eventually([&] { return airtrain.backlog("ordered") == 0; }));
}

TEST(durability, a_202_is_sent_only_after_the_sync_returned) {
  stand_in target;
  service airtrain(connector_yaml("target", target.port()));
  const auto gate = (airtrain.folder() / "gate").string();
  setenv("SYNC_GATE", gate.c_str(), 1);
  airtrain.start(SYNC_GATE_LIBRARY);
  unsetenv("SYNC_GATE");
  ASSERT_EQ(ask(airtrain.port(), "POST", "/v1/events", event("before")).status, 202);

  std::ofstream(gate) << "closed";
  auto answer = std::async(std::launch::async, [&] {
    return ask(airtrain.port(), "POST", "/v1/events", event("held"), "application/json",
               seconds{30});
  });
  EXPECT_EQ(answer.wait_for(milliseconds{500}), std::future_status::timeout)
      << "answered before the event was on disk";
  EXPECT_EQ(target.ids().find("held"), std::string::npos) << "delivered before it was on disk";
  std::filesystem::remove(gate);
  EXPECT_EQ(answer.get().status, 202);
  EXPECT_TRUE(eventually([&] { return target.ids().find("held") != std::string::npos; }));
}

TEST(durability, a_drain_settles_what_is_in_flight_and_exits_with_zero) {
  stand_in target("ok", 300);
  service airtrain(connector_yaml("target", target.port()));
  airtrain.start();
  for (const char* id : {"a", "b", "c"})
    ASSERT_EQ(ask(airtrain.port(), "POST", "/v1/events", event(id)).status, 202);
  EXPECT_TRUE(eventually([&] { return target.requests() == 3; }));
  EXPECT_EQ(airtrain.terminate(), 0);
  airtrain.start();
  EXPECT_EQ(airtrain.backlog("target"), 0u);
  EXPECT_EQ(target.requests(), 3u) << "settled, and not sent again";
}

}  // namespace
}  // namespace airtrain::test
