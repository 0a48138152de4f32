#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/harness/ask.hpp"
#include "tests/fault/faulty_disk.hpp"
#include "tests/fault/ledger.hpp"

namespace airtrain::test {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

/// A service on a disk that fails, between a target that is well and one that is down.
class disk_fault : public testing::Test {
 protected:
  int post(const std::string& id) {
    const auto event =
        fmt::format(R"({{"type":"shift_added","id":"{0}","data":{{"id":"{0}"}}}})", id);
    const auto answer = harness::ask(airtrain.port(), "POST", "/v1/events", event);
    if (answer.status == 202) acknowledged.insert(id);
    said = answer.body;
    return answer.status;
  }
  harness::reply readiness() { return harness::ask(airtrain.port(), "GET", "/readyz"); }
  void becomes_ready() {
    EXPECT_TRUE(eventually([&] { return readiness().status == 200; })) << readiness().body;
  }
  void all_arrive() {
    down.become("ok");
    for (auto* target : {&well, &down})
      EXPECT_TRUE(eventually([&] { return missing_at(*target, acknowledged).empty(); }))
          << missing_at(*target, acknowledged).size() << " missing";
  }
  /// Load until the object goes; what it saw acknowledged is then in `ledger`.
  harness::process load(int events, int rate) {
    return harness::process({LOAD_BINARY, "--port", std::to_string(airtrain.port()),
                             "--connections", "8", "--filler", large_filler, "--events",
                             std::to_string(events), "--seconds", "90", "--retry", "yes",
                             "--ledger", ledger().string(), "--rate", std::to_string(rate)});
  }
  std::filesystem::path ledger() const { return airtrain.folder() / "ledger"; }

  stand_in well;
  stand_in down{"fail"};
  service airtrain{
      connector_yaml("well", well.port()) +
      connector_yaml("down", down.port(), "    breaker: { open: 1s, open_max: 1s }\n") +
      small_store};
  faulty_disk disk{airtrain};
  std::set<std::string> acknowledged;
  std::string said;
};

class lasting_disk_fault : public disk_fault, public testing::WithParamInterface<const char*> {};

TEST_P(lasting_disk_fault, stops_the_intake_says_why_and_ends_by_itself) {
  ASSERT_TRUE(disk.start());
  EXPECT_EQ(post("before"), 202);
  disk.plan(GetParam());
  EXPECT_EQ(post("during"), 503);
  EXPECT_EQ(post("during too"), 503);
  const auto refused = readiness();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("nput/output error"));
  disk.plan("");
  becomes_ready();
  EXPECT_EQ(post("after"), 202);
  EXPECT_EQ(post("during"), 202) << "the producer's next try";
  airtrain.kill_now();
  ASSERT_TRUE(disk.start()) << airtrain.log();
  all_arrive();
}

INSTANTIATE_TEST_SUITE_P(each, lasting_disk_fault,
                         testing::Values("eio 0 1000000 write", "eio 0 1000000 sync",
                                         "eio 0 1 sync\neio 0 1000000 rename",
                                         "eio 0 1 sync\neio 0 1000000 create",
                                         "eio 0 1 write\neio 1 1000000 sync"));

TEST_F(disk_fault, once_at_any_call_loses_nothing_acknowledged) {
  ASSERT_TRUE(disk.start());
  auto producer = load(3000, 400);
  for (const char* kind : {"write", "sync", "write", "sync"})
    for (int at : {0, 1, 2, 5, 17}) {
      const auto before = disk.calls(kind);
      disk.plan(fmt::format("eio {} 1 {}", at, kind));
      EXPECT_TRUE(eventually([&] {
        return disk.calls(kind) > before + static_cast<std::uint64_t>(at) + 3;
      })) << kind
          << " " << at << ": " << readiness().body;
      ASSERT_FALSE(airtrain.dies(seconds{0})) << airtrain.log();
    }
  disk.plan("");
  becomes_ready();
  producer.read_all();
  ASSERT_EQ(producer.wait(seconds{10}), 0);
  acknowledged = acknowledged_in(ledger());
  EXPECT_EQ(acknowledged.size(), 3000u);
  all_arrive();
}

TEST_F(disk_fault, of_the_high_water_file_stops_the_intake_too) {
  ASSERT_TRUE(disk.start());
  EXPECT_EQ(post("before"), 202);
  // The second write and on: the log takes the event, what notes how far it goes fails.
  disk.plan("eio 1 1000000 write");
  EXPECT_EQ(post("during"), 503);
  EXPECT_THAT(readiness().body, HasSubstr("high-water"));
  disk.plan("");
  becomes_ready();
  EXPECT_EQ(post("after"), 202);
  all_arrive();
}

TEST_F(disk_fault, a_disk_below_its_reserve_stops_the_intake_while_deliveries_go_on) {
  ASSERT_TRUE(disk.start());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(post(fmt::format("before-{}", i)), 202);
  disk.plan("free 1000000");
  EXPECT_TRUE(eventually([&] { return readiness().status == 503; }));
  EXPECT_THAT(readiness().body, HasSubstr("free disk space"));
  EXPECT_EQ(post("during"), 503);
  EXPECT_THAT(said, HasSubstr("disk_full"));
  all_arrive();
  EXPECT_TRUE(eventually([&] { return airtrain.backlog("down") == 0; }));
  disk.plan("");
  becomes_ready();
  EXPECT_EQ(post("after"), 202);
}

TEST_F(disk_fault, a_disk_near_its_reserve_loses_delivered_history_before_the_intake_stops) {
  ASSERT_TRUE(disk.start());
  down.become("ok");
  auto producer = harness::process({LOAD_BINARY, "--port", std::to_string(airtrain.port()),
                                    "--events", "12000", "--batch", "100", "--seconds", "60"});
  producer.read_all();
  ASSERT_EQ(producer.wait(seconds{10}), 0);
  for (const char* connector : {"well", "down"})
    EXPECT_TRUE(eventually([&] { return airtrain.backlog(connector) == 0; }));
  const auto oldest = [&] { return harness::ask(airtrain.port(), "GET", "/v1/events/e0").status; };
  EXPECT_EQ(oldest(), 200);
  const auto reserve =
      std::max<std::uintmax_t>(512u << 20, std::filesystem::space(airtrain.folder()).capacity / 20);
  disk.plan(fmt::format("free {}", reserve + reserve / 10));
  EXPECT_TRUE(eventually([&] { return oldest() == 404; }));
  EXPECT_EQ(readiness().status, 200);
  EXPECT_EQ(post("goes on"), 202);
}

TEST_F(disk_fault, a_disk_that_is_full_loses_nothing_acknowledged_even_if_the_library_aborts) {
  ASSERT_TRUE(disk.start());
  auto producer = load(2000, 400);
  int aborts = 0;
  for (int at : {10, 25, 60}) {
    disk.plan(fmt::format("enospc {} 1000000 write", at));
    EXPECT_TRUE(eventually([&] { return airtrain.dies(seconds{0}) || readiness().status == 503; }));
    disk.plan("");
    if (!airtrain.dies(seconds{1})) {
      becomes_ready();
      continue;
    }
    ++aborts;
    ASSERT_TRUE(disk.start()) << airtrain.log();
  }
  RecordProperty("aborts", aborts);
  producer.read_all();
  ASSERT_EQ(producer.wait(seconds{10}), 0);
  acknowledged = acknowledged_in(ledger());
  EXPECT_EQ(acknowledged.size(), 2000u);
  all_arrive();
}

}  // namespace
}  // namespace airtrain::test
