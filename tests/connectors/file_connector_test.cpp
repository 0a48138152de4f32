#include "connectors/file_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/cloud_event.hpp"
#include "connectors/make_connector.hpp"
#include "tests/connectors/events.hpp"
#include "tests/connectors/waiting_sink.hpp"

namespace airtrain {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string line_of(const event& what) {
  std::string line;
  append_cloud_event_line(line, what);
  return line;
}

TEST(cloud_event_line, is_one_line_with_the_datas_own_digits) {
  const auto e = json_event("{\n  \"pay\": 12.50\n}", R"({"site":"va"})");
  EXPECT_EQ(line_of(*e),
            R"({"specversion":"1.0","id":"e1","source":"/test","type":"shift_updated",)"
            R"("site":"va","data":{   "pay": 12.50 }})"
            "\n");
}

TEST(cloud_event_line, encodes_binary_data) {
  event_fields fields;
  fields.id = "a\"b";
  fields.source = "/test";
  fields.type = "t";
  fields.data = std::string_view("\0\xff", 2);
  fields.kind = data_kind::binary;
  const auto line = line_of(*event::seal(fields));
  EXPECT_THAT(line, HasSubstr(R"("id":"a\"b")"));
  EXPECT_THAT(line, HasSubstr(R"("data_base64":"AP8=")"));
}

struct file_connector_test : ::testing::Test {
  fs::path folder =
      fs::path(::testing::TempDir()) / ("airtrain_file_" + std::to_string(::getpid()));
  fs::path path = folder / "journal.ndjson";
  std::shared_ptr<waiting_sink> sink = std::make_shared<waiting_sink>();

  file_connector_test() { fs::create_directories(folder); }
  ~file_connector_test() override { fs::remove_all(folder); }

  result<std::unique_ptr<connector>, std::string> make(std::size_t rotate_bytes = 1u << 20,
                                                       std::uint32_t keep = 2) {
    connector_settings settings;
    settings.target = file_connector_settings{path.string(), rotate_bytes, keep};
    return make_connector(settings, {});
  }
  void deliver(connector& to, std::size_t count) {
    std::vector<attempt> attempts;
    for (std::size_t i = 0; i < count; ++i)
      attempts.emplace_back(order_of(json_event("{}")), sink, 0);
    to.deliver(std::move(attempts));
  }
  std::string content(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
};

TEST_F(file_connector_test, writes_one_line_per_event_before_it_says_delivered) {
  const auto to = make().value();
  deliver(*to, 3);
  const auto outcomes = sink->wait_for(3);
  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_EQ(outcomes[0].result.outcome, answer_class::delivered);
  const auto line = line_of(*json_event("{}"));
  EXPECT_EQ(content(path), line + line + line);
}

TEST_F(file_connector_test, sets_full_files_aside_and_keeps_so_many) {
  const auto line = line_of(*json_event("{}"));
  const auto to = make(line.size() * 2, 2).value();
  for (std::size_t i = 1; i <= 7; ++i) {
    deliver(*to, 1);
    sink->wait_for(i);
  }
  EXPECT_EQ(content(path), line);
  EXPECT_EQ(content(path.string() + ".1"), line + line);
  EXPECT_EQ(content(path.string() + ".2"), line + line);
  EXPECT_FALSE(fs::exists(path.string() + ".3"));
}

TEST_F(file_connector_test, appends_to_what_is_there) {
  std::ofstream(path) << "before\n";
  const auto to = make().value();
  deliver(*to, 1);
  sink->wait_for(1);
  EXPECT_THAT(content(path), StartsWith("before\n{"));
}

TEST_F(file_connector_test, a_path_that_cannot_be_opened_is_said_at_once) {
  path = folder / "missing" / "journal.ndjson";
  const auto refused = make();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("missing/journal.ndjson: cannot be opened"));
}

TEST_F(file_connector_test, a_full_disk_is_a_retry_of_the_connector) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  path = "/dev/full";
  const auto to = make().value();
  deliver(*to, 1);
  const auto outcomes = sink->wait_for(1);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].result.outcome, answer_class::retry);
  EXPECT_EQ(outcomes[0].result.scope, failure_scope::connector);
  EXPECT_EQ(outcomes[0].result.why, reason::write_failed);
}

TEST_F(file_connector_test, what_was_handed_over_is_written_before_its_end) {
  auto to = make().value();
  deliver(*to, 50);
  to->stop();
  to.reset();
  EXPECT_EQ(sink->wait_for(50).size(), 50u);
}

}  // namespace
}  // namespace airtrain
