#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>

#include "tests/e2e/running_service.hpp"
#include "tests/e2e/target.hpp"
#include "tests/wire/plain_client.hpp"

namespace airtrain::e2e {
namespace {

constexpr std::string_view one_event = R"({"type": "shift_changed", "id": "e1", "data": {"a": 1}})";

class life : public testing::Test {
 protected:
  void configure(std::string_view more = "") {
    auto text = config_with(
        "  payroll:\n    type: http\n    events: [\"shift_*\"]\n    timeout: 20s\n"
        "    request: { url: " +
        payroll.origin() + "/shifts }\n");
    write_file(folder.path() / "airtrain.yaml", text + std::string{more});
  }
  static int post(std::uint16_t port, std::string_view event) {
    return wire::plain_client{port}.post_json("/v1/events", event).status;
  }
  /// Until the service's log holds `text`.
  static bool logged(process& self, std::string_view text) {
    for (int tries = 0; tries < 4000; ++tries) {
      if (self.errors().find(text) != std::string::npos) return true;
      poll(nullptr, 0, 5);
    }
    return false;
  }

  target payroll;
  temporary_folder folder;
};

TEST_F(life, an_event_goes_from_a_post_to_its_target) {
  configure();
  running_service service{folder.path()};
  EXPECT_EQ(post(service.port(), one_event), 202);
  ASSERT_TRUE(payroll.wait_for(1));
  EXPECT_EQ(payroll.bodies()[0], R"({"a": 1})");
  EXPECT_EQ(wire::plain_client{service.port()}.get("/readyz").status, 200);
}

TEST_F(life, sigterm_drains_and_exits_with_0) {
  configure();
  running_service service{folder.path()};
  EXPECT_EQ(post(service.port(), one_event), 202);
  ASSERT_TRUE(payroll.wait_for(1));
  service.self().signal(SIGTERM);
  EXPECT_EQ(service.self().wait(), 0) << service.self().errors();
}

TEST_F(life, a_drain_says_that_it_is_not_ready_and_takes_nothing_in) {
  configure();
  payroll.hang(true);
  running_service service{folder.path()};
  ASSERT_EQ(post(service.port(), one_event), 202);
  ASSERT_TRUE(payroll.wait_for(1));
  service.self().signal(SIGTERM);
  ASSERT_TRUE(logged(service.self(), "draining"));
  wire::plain_client client{service.port()};
  auto ready = client.get("/readyz");
  while (ready.status == 200) ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(post(service.port(), R"({"type": "shift_changed"})"), 503);
}

TEST_F(life, attempts_that_the_drain_cuts_are_logged_and_sent_again) {
  configure("drain_timeout: 200ms\n");
  payroll.hang(true);
  {
    running_service service{folder.path()};
    ASSERT_EQ(post(service.port(), one_event), 202);
    ASSERT_TRUE(payroll.wait_for(1));
    service.self().signal(SIGTERM);
    EXPECT_EQ(service.self().wait(), 1);
    EXPECT_NE(service.self().errors().find("connector=payroll"), std::string::npos)
        << service.self().errors();
  }
  payroll.hang(false);
  running_service again{folder.path()};
  ASSERT_TRUE(payroll.wait_for(2));
  EXPECT_EQ(payroll.bodies()[1], payroll.bodies()[0]);
}

TEST_F(life, a_second_signal_ends_it_at_once) {
  configure();
  payroll.hang(true);
  running_service service{folder.path()};
  ASSERT_EQ(post(service.port(), one_event), 202);
  ASSERT_TRUE(payroll.wait_for(1));
  service.self().signal(SIGTERM);
  ASSERT_TRUE(logged(service.self(), "draining"));
  const auto began = std::chrono::steady_clock::now();
  service.self().signal(SIGTERM);
  EXPECT_EQ(service.self().wait(), 1);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{5});
  const auto log = service.self().errors();
  EXPECT_NE(log.find("attempts were cut"), std::string::npos) << log;
  EXPECT_NE(log.find("connector=payroll attempts=1"), std::string::npos) << log;
}

TEST_F(life, sighup_is_answered_in_the_log_and_ends_nothing) {
  configure();
  running_service service{folder.path()};
  service.self().signal(SIGHUP);
  ASSERT_TRUE(logged(service.self(), "reload is not supported"));
  EXPECT_EQ(post(service.port(), one_event), 202);
  EXPECT_TRUE(payroll.wait_for(1));
}

TEST_F(life, a_second_process_on_the_same_data_is_refused) {
  configure();
  running_service first{folder.path()};
  process second{folder.path(), {"serve", "-c", (folder.path() / "airtrain.yaml").string()}};
  EXPECT_EQ(second.wait(), 1);
  EXPECT_NE(second.errors().find("another process"), std::string::npos) << second.errors();
  EXPECT_EQ(second.output(), "");
  EXPECT_EQ(post(first.port(), one_event), 202);
}

TEST_F(life, an_address_in_use_is_refused_by_name) {
  configure();
  running_service first{folder.path()};
  temporary_folder elsewhere;
  write_file(elsewhere.path() / "airtrain.yaml",
             "http: { listen: \"127.0.0.1:" + std::to_string(first.port()) +
                 "\" }\nconnectors:\n  journal: { type: file, events: [\"*\"], path: ./j }\n");
  process second{elsewhere.path(), {"serve", "-c", (elsewhere.path() / "airtrain.yaml").string()}};
  EXPECT_EQ(second.wait(), 1);
  EXPECT_NE(second.errors().find(std::to_string(first.port())), std::string::npos)
      << second.errors();
}

TEST_F(life, a_damaged_store_is_repaired_only_on_request) {
  configure();
  {
    running_service service{folder.path()};
    EXPECT_EQ(post(service.port(), one_event), 202);
    EXPECT_TRUE(payroll.wait_for(1));
    service.self().signal(SIGTERM);
    EXPECT_EQ(service.self().wait(), 0);
  }
  const auto data = folder.path() / "data";
  ASSERT_TRUE(std::filesystem::remove(data / "high-water"));
  // Where nobody can be asked: standard input is no terminal.
  process asked{folder.path(), {"recover", "--data-dir", data.string()}};
  EXPECT_EQ(asked.wait(), 1);
  EXPECT_NE(asked.output().find("--yes"), std::string::npos) << asked.output();
  EXPECT_FALSE(std::filesystem::exists(data / "high-water"));
  process told{folder.path(), {"recover", "--data-dir", data.string(), "--yes"}};
  EXPECT_EQ(told.wait(), 0) << told.errors();
  EXPECT_TRUE(std::filesystem::exists(data / "high-water"));
  running_service again{folder.path()};
  EXPECT_EQ(post(again.port(), one_event), 202);
}

TEST_F(life, what_was_taken_is_sent_after_a_restart) {
  configure();
  payroll.hang(true);
  {
    running_service service{folder.path()};
    for (int i = 0; i < 20; ++i)
      ASSERT_EQ(post(service.port(), R"({"type": "shift_changed", "id": ")" + std::to_string(i) +
                                         R"(", "data": )" + std::to_string(i) + "}"),
                202);
    service.self().signal(SIGKILL);
    EXPECT_EQ(service.self().wait(), -SIGKILL);
  }
  payroll.hang(false);
  const auto before = payroll.bodies().size();
  running_service again{folder.path()};
  ASSERT_TRUE(payroll.wait_for(before + 20));
  auto sent = payroll.bodies();
  sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(before));
  for (int i = 0; i < 20; ++i)
    EXPECT_NE(std::find(sent.begin(), sent.end(), std::to_string(i)), sent.end()) << i;
}

}  // namespace
}  // namespace airtrain::e2e
