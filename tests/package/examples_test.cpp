#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <filesystem>
#include <random>

#include "bench/harness/process.hpp"

namespace airtrain::test {
namespace {

using harness::process;
using std::chrono::seconds;

class examples : public testing::Test {
 protected:
  examples() {
    auto name = (std::filesystem::temp_directory_path() / "airtrain-examples-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~examples() override { std::filesystem::remove_all(folder_); }

  std::string data() const { return (folder_ / "data").string(); }
  static std::string program(const char* name) { return std::string(EXAMPLES_DIR "/") + name; }

 private:
  std::filesystem::path folder_;
};

TEST_F(examples, a_connector_that_throws_twice_has_the_event_on_the_third_try) {
  process run({program("embed"), data()});
  EXPECT_EQ(run.read_all(), "durable shift-4711\npaid \"E-17\" on try 3\n");
  EXPECT_EQ(run.wait(seconds{10}), 0);
}

TEST_F(examples, what_was_durable_when_the_program_was_killed_is_delivered_by_the_next_run) {
  std::minstd_rand random(4711);
  for (int round = 0; round < 5; ++round) {
    const auto folder = data() + std::to_string(round);
    {
      process first({program("embed"), folder});
      ASSERT_EQ(first.read_line(seconds{10}), "durable shift-4711");
      poll(nullptr, 0, static_cast<int>(random() % 100));  // within the first two tries
      first.send_signal(SIGKILL);
      ASSERT_EQ(first.wait(seconds{10}), 128 + SIGKILL);
    }
    process second({program("embed"), folder});
    EXPECT_EQ(second.read_all(), "durable shift-4711 (again)\npaid \"E-17\" on try 3\n");
    EXPECT_EQ(second.wait(seconds{10}), 0);
  }
}

TEST_F(examples, a_raw_connector_completes_from_its_own_thread) {
  process run({program("raw_connector"), data()});
  EXPECT_NE(run.read_all().find("page {\"ward\":3}"), std::string::npos);
  EXPECT_EQ(run.wait(seconds{10}), 0);
}

TEST_F(examples, an_exchange_of_two_requests_is_one_delivery) {
  process sink({SINK_BINARY});
  const auto port = harness::wait_for_port(sink, seconds{5});
  process run({program("custom_exchange"), data(), "http://127.0.0.1:" + std::to_string(port)});
  EXPECT_EQ(run.read_all(), "planned\n");
  EXPECT_EQ(run.wait(seconds{10}), 0);
}

}  // namespace
}  // namespace airtrain::test
