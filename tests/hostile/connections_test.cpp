// What targets do to connections that are kept, and where requests must never go.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/hostile/scene.hpp"

namespace airtrain::test {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Each event is delivered before the next is posted, so that connections are idle between.
testing::AssertionResult delivers_one_by_one(scene& here, int count) {
  for (int i = 0; i < count; ++i) {
    if (!here.post(1)) return testing::AssertionFailure() << "not accepted";
    if (!eventually([&] { return here.airtrain.backlog("sick") == 0; }))
      return testing::AssertionFailure() << here.sick();
  }
  return testing::AssertionSuccess();
}

void expect_no_failure(const scene& here) {
  EXPECT_NE(here.sick().find("\"last_error\":null"), std::string::npos) << here.sick();
}

TEST(a_kept_connection, that_is_closed_after_each_answer_is_no_failure) {
  scene here([](peer& connection, int) {
    if (connection.read_request()) connection.send(ok);
  });
  EXPECT_TRUE(delivers_one_by_one(here, 20));
  expect_no_failure(here);
}

TEST(a_kept_connection, that_is_closed_at_the_next_request_is_no_failure) {
  std::atomic<int> answered{0};
  std::atomic<int> dropped{0};
  scene here([&](peer& connection, int number) {
    if (!connection.read_request() || !connection.send(ok)) return;
    ++answered;
    if (!connection.read_request()) return;
    ++dropped;
    if (number % 2 == 0) connection.reset();
  });
  EXPECT_TRUE(delivers_one_by_one(here, 20));
  expect_no_failure(here);
  EXPECT_EQ(answered, 20);
  EXPECT_GE(dropped, 15) << "or the test did not test it";
  EXPECT_EQ(here.healthy.delivered(), 20u);
}

TEST(a_kept_connection, that_says_more_than_was_asked_is_given_up) {
  std::atomic<int> answered{0};
  std::atomic<int> asked_after_it{0};
  scene here([&](peer& connection, int) {
    if (!connection.read_request() || !connection.send(ok)) return;
    ++answered;
    if (!connection.pause(milliseconds{20}) || !connection.send(ok)) return;
    if (connection.read_request()) ++asked_after_it;
  });
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(here.post(1));
    const auto connections = i + 1;
    ASSERT_TRUE(eventually([&] { return answered == connections; })) << "answered by the target";
    ASSERT_TRUE(eventually([&] { return here.airtrain.backlog("sick") == 0; }));
    // The surplus answer has arrived when the connection that it came on is closed.
    ASSERT_TRUE(eventually([&] { return here.target.open_connections() == 0; }));
  }
  expect_no_failure(here);
  EXPECT_EQ(asked_after_it, 0);
}

TEST(a_kept_connection, is_closed_when_two_answers_come_at_once) {
  std::atomic<int> requests{0};
  scene here([&](peer& connection, int) {
    while (connection.read_request()) {
      ++requests;
      if (!connection.send(std::string(ok) + "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"))
        return;
    }
  });
  EXPECT_TRUE(delivers_one_by_one(here, 10));
  expect_no_failure(here);
  EXPECT_EQ(requests, 10);
  EXPECT_EQ(here.target.connections(), 10);
}

TEST(a_redirect, is_never_followed_and_takes_no_credentials_with_it) {
  hostile_target elsewhere([](peer& connection, int) { connection.read_request(); });
  scene here(
      [&](peer& connection, int) {
        while (connection.read_request())
          if (!connection.send(
                  fmt::format("HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:{}/stolen\r\n"
                              "Content-Length: 0\r\n\r\n",
                              elsewhere.port())))
            return;
      },
      "    auth: { bearer: secret-token }\n");
  ASSERT_TRUE(here.post(20));
  EXPECT_TRUE(here.shows("hold", "307"));
  EXPECT_TRUE(eventually([&] { return here.state() == "held"; }));
  EXPECT_TRUE(here.neighbour_has_all());
  EXPECT_EQ(elsewhere.connections(), 0);
  here.target.heal();
  EXPECT_TRUE(here.delivered_all());
  EXPECT_EQ(elsewhere.connections(), 0);
  const auto seen = here.target.requests();
  ASSERT_FALSE(seen.empty());
  for (const auto& request : seen) {
    EXPECT_NE(request.head.find("Authorization: Bearer secret-token"), std::string::npos);
    EXPECT_EQ(request.head.find("/stolen"), std::string::npos);
  }
}

TEST(a_target_that_floods, with_answers_nobody_asked_for_costs_no_memory) {
  scene here([](peer& connection, int) {
    std::string many;
    for (int i = 0; i < 500; ++i) many += "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nflood";
    while (connection.send(many)) {
    }
  });
  ASSERT_TRUE(here.post(20));
  ASSERT_TRUE(here.neighbour_has_all());
  EXPECT_TRUE(here.shows("retry", "500"));
  const auto before = here.memory();
  ASSERT_TRUE(here.post(200));
  EXPECT_TRUE(here.neighbour_has_all());
  constexpr std::uint64_t MiB = 1u << 20;
  EXPECT_LT(here.memory(), before + 32 * MiB);
  EXPECT_EQ(here.airtrain.backlog("sick"), 220u);
  here.target.heal();
  EXPECT_TRUE(here.delivered_all());
}

}  // namespace
}  // namespace airtrain::test
