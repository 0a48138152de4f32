#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bench/harness/ask.hpp"
#include "tests/fault/service.hpp"

namespace airtrain::test {
namespace {

constexpr long day_s = 86'400;

/// A service whose wall clock the test sets.
class clock_steps : public testing::TestWithParam<long> {
 protected:
  void step(long offset_s) {
    const auto next = folder.path() / "next";
    std::ofstream(next) << offset_s;
    std::filesystem::rename(next, file());
  }
  std::filesystem::path file() const { return folder.path() / "offset"; }
  void start(service& airtrain) {
    setenv("WALL_CLOCK_OFFSET", file().c_str(), 1);
    airtrain.start(WALL_CLOCK_LIBRARY);
    unsetenv("WALL_CLOCK_OFFSET");
  }
  static void post(service& airtrain, const std::string& id) {
    const auto event =
        fmt::format(R"({{"type":"shift_added","id":"{0}","data":{{"id":"{0}"}}}})", id);
    ASSERT_EQ(harness::ask(airtrain.port(), "POST", "/v1/events", event).status, 202);
  }

  temporary_folder folder;
};

TEST_P(clock_steps, by_a_day_neither_expire_nor_delay_what_waits) {
  step(0);
  stand_in target("fail");
  service airtrain(connector_yaml("target", target.port(),
                                  "    expires_after: 12h\n"
                                  "    retry: { initial: 100ms, max: 1s }\n"
                                  "    breaker: { open: 1s, open_max: 1s }\n"));
  start(airtrain);
  for (int i = 0; i < 20; ++i) post(airtrain, fmt::format("before-{}", i));
  EXPECT_TRUE(eventually([&] { return target.requests() >= 5; }));
  step(GetParam());
  for (int i = 0; i < 20; ++i) post(airtrain, fmt::format("after-{}", i));
  target.become("ok");
  EXPECT_TRUE(eventually([&] { return target.delivered() == 40; }))
      << target.delivered() << " of 40";
  EXPECT_TRUE(eventually([&] { return airtrain.backlog("target") == 0; }));
}

TEST_P(clock_steps, by_a_day_between_two_starts_delay_nothing) {
  step(0);
  stand_in target("fail");
  service airtrain(connector_yaml("target", target.port(),
                                  "    retry: { initial: 100ms, max: 1s }\n"
                                  "    breaker: { open: 1s, open_max: 1s }\n"));
  start(airtrain);
  for (int i = 0; i < 20; ++i) post(airtrain, fmt::format("before-{}", i));
  EXPECT_TRUE(eventually([&] { return target.requests() >= 5; }));
  EXPECT_EQ(airtrain.terminate(), 0);
  step(GetParam());
  target.become("ok");
  start(airtrain);
  EXPECT_TRUE(eventually([&] { return target.delivered() == 20; }))
      << target.delivered() << " of 20";
}

INSTANTIATE_TEST_SUITE_P(ahead_and_back, clock_steps, testing::Values(day_s, -day_s),
                         [](const auto& tested) { return tested.param > 0 ? "ahead" : "back"; });

}  // namespace
}  // namespace airtrain::test
