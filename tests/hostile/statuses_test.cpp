// What a status says, against the real binary: the class and state of the table in
// docs/semantics.md, the neighbour beside it, and what it takes until all is delivered.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "bench/harness/histogram.hpp"
#include "tests/hostile/scene.hpp"

namespace airtrain::test {
namespace {

hostile_target::script answers(std::string status_line, std::string headers = {}) {
  return [all = fmt::format("HTTP/1.1 {}\r\n{}Content-Length: 0\r\n\r\n", status_line, headers)](
             peer& connection, int) {
    while (connection.read_request())
      if (!connection.send(all)) return;
  };
}

struct status_row {
  std::string name;
  std::string line;
  std::string error_class;
  std::string state;
  std::string headers = {};
  bool needs_an_operator = false;
};

std::vector<status_row> statuses_of_the_connector() {
  return {
      {"s500", "500 No", "retry", "open"},
      {"s502", "502 No", "retry", "open"},
      {"s503", "503 No", "retry", "open"},
      {"s504", "504 No", "retry", "open"},
      {"s408", "408 Late", "retry", "open"},
      {"s425", "425 Early", "retry", "open"},
      {"s429", "429 Slow", "throttled", "throttled"},
      {"s429_in_seconds", "429 Slow", "throttled", "throttled", "Retry-After: 1\r\n"},
      {"s503_in_seconds", "503 Slow", "throttled", "throttled", "Retry-After: 1\r\n"},
      {"s503_until_an_imf_date", "503 Slow", "throttled", "throttled",
       "Date: Wed, 25 Nov 2026 05:00:00 GMT\r\nRetry-After: Wed, 25 Nov 2026 05:00:01 GMT\r\n"},
      {"s503_until_an_rfc850_date", "503 Slow", "throttled", "throttled",
       "Date: Wed, 25 Nov 2026 05:00:00 GMT\r\n"
       "Retry-After: Wednesday, 25-Nov-26 05:00:01 GMT\r\n"},
      {"s503_until_an_asctime_date", "503 Slow", "throttled", "throttled",
       "Date: Wed, 25 Nov 2026 05:00:00 GMT\r\nRetry-After: Wed Nov 25 05:00:01 2026\r\n"},
      {"s503_until_nonsense", "503 Slow", "retry", "open", "Retry-After: soon\r\n"},
      {"s503_until_before", "503 Slow", "retry", "open", "Retry-After: -5\r\n"},
      {"s401", "401 Who", "hold", "held"},
      {"s407", "407 Who", "hold", "held"},
      {"s511", "511 Who", "hold", "held"},
      {"s301", "301 There", "hold", "held", "Location: /there\r\n"},
      {"s304", "304 Same", "hold", "held"},
      {"s403", "403 No", "refused", "held"},
      {"s410", "410 Gone", "hold_manual", "held", "", true},
  };
}

class a_status : public testing::TestWithParam<status_row> {};

TEST_P(a_status, has_the_class_and_state_of_the_table_and_loses_nothing) {
  const auto& row = GetParam();
  scene here(answers(row.line, row.headers));
  ASSERT_TRUE(here.post(30));
  EXPECT_TRUE(here.shows(row.error_class, row.line.substr(0, 3))) << here.sick();
  EXPECT_TRUE(eventually([&] { return here.state() == row.state; })) << here.sick();
  EXPECT_TRUE(here.neighbour_has_all());
  EXPECT_EQ(here.airtrain.backlog("sick"), 30u);
  EXPECT_EQ(here.dead_letters(), 0u);
  here.target.heal();
  if (row.needs_an_operator) {
    EXPECT_TRUE(here.post(5));
    EXPECT_TRUE(here.neighbour_has_all());
    EXPECT_TRUE(here.target.accepted().empty()) << "it is not probed";
    here.resume();
  }
  EXPECT_TRUE(here.delivered_all()) << here.sick();
}

INSTANTIATE_TEST_SUITE_P(hostile, a_status, testing::ValuesIn(statuses_of_the_connector()),
                         [](const auto& row) { return row.param.name; });

/// Refuses the events with these ids by a status; accepts the others.
hostile_target::script refuses(const std::string& status_line, const std::string& id) {
  return [=](peer& connection, int) {
    while (const auto request = connection.read_request()) {
      const bool refused = request->body.find('"' + id + '"') != std::string::npos;
      if (!connection.send(fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n",
                                       refused ? status_line : "200 OK")))
        return;
    }
  };
}

class a_status_for_one_event : public testing::TestWithParam<const char*> {};

TEST_P(a_status_for_one_event, makes_a_dead_letter_of_it_and_delays_no_other) {
  scene here(refuses(GetParam(), "e7"));
  ASSERT_TRUE(here.post(30));
  EXPECT_TRUE(eventually([&] { return here.dead_letters() == 1; })) << here.sick();
  EXPECT_TRUE(eventually([&] { return here.airtrain.backlog("sick") == 0; })) << here.sick();
  EXPECT_TRUE(here.neighbour_has_all());
  EXPECT_EQ(here.state(), "running");
}

INSTANTIATE_TEST_SUITE_P(hostile, a_status_for_one_event,
                         testing::Values("400 Bad", "404 None", "405 Method", "413 Large",
                                         "415 Type", "422 Wrong", "501 Never", "451 Law"),
                         [](const auto& row) { return "s" + std::string(row.param, 3); });

TEST(a_conflict, is_tried_again_while_the_others_flow) {
  scene here(refuses("409 Conflict", "e7"));
  ASSERT_TRUE(here.post(30));
  EXPECT_TRUE(here.shows("retry", "409"));
  EXPECT_TRUE(eventually([&] { return here.airtrain.backlog("sick") == 1; })) << here.sick();
  EXPECT_EQ(here.state(), "running");
  EXPECT_EQ(here.dead_letters(), 0u);
  here.target.heal();
  EXPECT_TRUE(eventually([&] { return here.airtrain.backlog("sick") == 0; }));
  EXPECT_EQ(here.target.accepted(), std::set<std::string>{"e7"});
}

TEST(a_target_that_rejects_everything, is_held_with_a_handful_of_dead_letters_not_a_backlog) {
  scene here(answers("404 Not Found"));
  ASSERT_TRUE(here.post(60));
  EXPECT_TRUE(eventually([&] { return here.state() == "held"; })) << here.sick();
  EXPECT_TRUE(here.neighbour_has_all());
  const auto dead = here.dead_letters();
  EXPECT_LE(dead, 5u + 3u) << "5 in a row, and what was in flight beside them";
  here.target.heal();
  EXPECT_TRUE(eventually([&] { return here.airtrain.backlog("sick") == 0; })) << here.sick();
  EXPECT_EQ(here.target.accepted().size() + here.dead_letters(), 60u);
}

TEST(retry_after, is_waited_for_and_not_much_longer) {
  scene here(answers("429 Slow", "Retry-After: 2\r\n"));
  ASSERT_TRUE(here.post(1));
  ASSERT_TRUE(here.shows("throttled", "429"));
  const auto told = harness::monotonic_us();
  here.target.heal();
  ASSERT_TRUE(here.delivered_all());
  const auto waited_ms = (harness::monotonic_us() - told) / 1000;
  EXPECT_GT(waited_ms, 1'700u);
  EXPECT_LT(waited_ms, 4'000u);
}

}  // namespace
}  // namespace airtrain::test
