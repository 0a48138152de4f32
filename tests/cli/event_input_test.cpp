#include "cli/event_input.hpp"

#include <sstream>

namespace airtrain::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> bodies_of(const std::string& text) {
  std::istringstream in(text);
  event_input input(in);
  std::vector<std::string> bodies;
  while (true) {
    const auto batch = input.next();
    if (!batch) return {"error: " + batch.error()};
    if (batch->events.empty()) return bodies;
    const batch_body body = body_of(*batch);
    bodies.push_back(body.content_type + " " + body.text);
  }
}

TEST(event_input, one_event_a_line_stays_so) {
  EXPECT_THAT(bodies_of("{\"type\":\"a\"}\n\n{\"type\":\"b\"}\r\n"),
              ElementsAre("application/x-ndjson {\"type\":\"a\"}\n{\"type\":\"b\"}\r\n"));
}

TEST(event_input, a_document_over_several_lines_is_one_event) {
  EXPECT_THAT(bodies_of("{\n \"type\": \"a\"\n}\n"),
              ElementsAre("application/json [{\n \"type\": \"a\"\n}]"));
}

TEST(event_input, an_array_keeps_the_bytes_of_its_items) {
  EXPECT_THAT(bodies_of("[{\"type\": \"a\", \"data\": 1.50},\n {\"type\":\"b\"}]"),
              ElementsAre("application/json [{\"type\": \"a\", \"data\": 1.50},{\"type\":\"b\"}]"));
}

TEST(event_input, cloud_events_are_sent_as_such) {
  EXPECT_THAT(bodies_of("[{\"specversion\":\"1.0\",\"type\":\"a\"}]"),
              ElementsAre(HasSubstr("application/cloudevents-batch+json ")));
}

TEST(event_input, batches_are_bounded_by_count_and_bytes) {
  std::string many;
  for (int i = 0; i < 1200; ++i) many += "{\"type\":\"a\"}\n";
  EXPECT_EQ(bodies_of(many).size(), 3u);
  const std::string large = "{\"type\":\"" + std::string(400'000, 'a') + "\"}\n";
  EXPECT_EQ(bodies_of(large + large + large).size(), 2u);
}

TEST(event_input, a_bad_line_is_left_to_the_service_to_name) {
  EXPECT_THAT(bodies_of("{\"type\":\"a\"}\n{oops\n"),
              ElementsAre("application/x-ndjson {\"type\":\"a\"}\n{oops\n"));
}

TEST(event_input, a_document_that_is_not_json_is_an_error) {
  EXPECT_THAT(bodies_of("oops\n"), ElementsAre(HasSubstr("error: not JSON at byte 0")));
}

TEST(event_input, nothing_is_no_batch) {
  EXPECT_THAT(bodies_of(""), ElementsAre());
  EXPECT_THAT(bodies_of("\n \n"), ElementsAre());
  EXPECT_THAT(bodies_of("[]"), ElementsAre());
}

TEST(event_input, lines_are_numbered_as_an_editor_does) {
  std::istringstream in("\n{\"type\":\"a\"}\n\n{\"type\":\"b\"}\n");
  event_input input(in);
  const auto batch = input.next();
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->events.size(), 2u);
  EXPECT_EQ(batch->events[0].number, 2u);
  EXPECT_EQ(batch->events[1].number, 4u);
}

}  // namespace
}  // namespace airtrain::cli
