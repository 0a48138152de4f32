#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bench/harness/ask.hpp"
#include "tests/fault/faulty_disk.hpp"
#include "tests/fault/ledger.hpp"

namespace airtrain::test {
namespace {

using std::chrono::seconds;

/// FAULTS=full: at each call; without it at every seventh.
std::uint64_t stride() {
  return full_run() ? 1 : 7;
}

/// One scripted run, from the making of the store to its clean stop or its death; the ids that were
/// acknowledged.
std::set<std::string> run(service& airtrain, faulty_disk& disk, const std::string& name) {
  std::set<std::string> acknowledged;
  if (!disk.start()) return acknowledged;
  for (int i = 0; i < 6; ++i) {
    const auto id = fmt::format("{}-{}", name, i);
    const auto event =
        fmt::format(R"({{"type":"shift_added","id":"{0}","data":{{"id":"{0}"}}}})", id);
    if (harness::ask(airtrain.port(), "POST", "/v1/events", event).status == 202)
      acknowledged.insert(id);
  }
  airtrain.terminate();
  return acknowledged;
}

TEST(death, at_each_sync_and_each_rename_loses_nothing_acknowledged) {
  stand_in target;
  const auto connectors = connector_yaml("target", target.port());
  std::uint64_t calls = 0;
  {
    service airtrain(connectors);
    faulty_disk disk(airtrain);
    ASSERT_EQ(run(airtrain, disk, "whole").size(), 6u);
    calls = disk.calls("sync") + disk.calls("rename");
  }
  ASSERT_GT(calls, 10u);
  for (std::uint64_t at = 0; at < calls && !testing::Test::HasFailure(); at += stride()) {
    SCOPED_TRACE(fmt::format("death at call {} of {}", at, calls));
    service airtrain(connectors);
    faulty_disk disk(airtrain);
    disk.plan(fmt::format("die {} 1 sync,rename", at));
    const auto acknowledged = run(airtrain, disk, fmt::format("death-{}", at));
    ASSERT_TRUE(airtrain.dies(seconds{30}));
    disk.plan("");
    ASSERT_TRUE(disk.start()) << airtrain.log();
    EXPECT_TRUE(eventually([&] { return missing_at(target, acknowledged).empty(); }));
    EXPECT_TRUE(eventually([&] { return airtrain.backlog("target") == 0; }));
  }
}

}  // namespace
}  // namespace airtrain::test
