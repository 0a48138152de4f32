#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/ingest/event_reader.hpp"

namespace airtrain {
namespace {

const std::vector<header_field> required{
    {"ce-specversion", "1.0"}, {"CE-Type", "t"}, {"ce-id", "1"}, {"ce-source", "/s"}};

std::vector<header_field> with(std::vector<header_field> more) {
  more.insert(more.begin(), required.begin(), required.end());
  return more;
}

read_result read(std::string_view content_type, std::string_view body,
                 const std::vector<header_field>& headers = required) {
  return read_events(body_form::binary, content_type, body, headers, {}, {});
}

TEST(binary_mode, attributes_are_percent_decoded_and_the_body_is_the_data) {
  const auto result = read("application/json", " {\"a\": 1} ",
                           with({{"Host", "h"},
                                 {"ce-subject", "Caf%C3%A9%20%25"},
                                 {"ce-tenant", "\"v\\\"a\""},
                                 {"ce-Time", "2026-01-02T03:04:05Z"}}));
  ASSERT_TRUE(result.problems.empty()) << result.problems[0].detail;
  const auto& e = *result.events.at(0).event;
  EXPECT_FALSE(result.batch);
  EXPECT_EQ(e.type(), "t");
  EXPECT_EQ(e.subject(), "Caf\xc3\xa9 %");
  EXPECT_EQ(e.extensions(), R"({"tenant":"v\"a"})");
  EXPECT_EQ(e.time(), "2026-01-02T03:04:05Z");
  EXPECT_EQ(e.data(), " {\"a\": 1} ");
  EXPECT_EQ(e.data_content_type(), "application/json");
  EXPECT_EQ(e.kind(), data_kind::json);
}

TEST(binary_mode, any_content_type_is_taken_and_tells_what_the_data_is) {
  const auto kind = [](std::string_view type, std::string_view body) {
    const auto result = read(type, body);
    EXPECT_TRUE(result.problems.empty());
    return result.events.at(0).event->kind();
  };
  EXPECT_EQ(kind("text/plain; charset=utf-8", "x"), data_kind::text);
  EXPECT_EQ(kind("text/plain", "\xff"), data_kind::binary);
  EXPECT_EQ(kind("application/hl7+xml", "<a/>"), data_kind::text);
  EXPECT_EQ(kind("image/png", "{}"), data_kind::binary);
  EXPECT_EQ(kind("application/vnd.x+json", "{}"), data_kind::json);
  EXPECT_EQ(kind("", "{}"), data_kind::json);
  EXPECT_EQ(kind("", "{"), data_kind::binary);
  EXPECT_EQ(kind("application/json", ""), data_kind::none);
}

TEST(binary_mode, problems_are_precise) {
  struct refused {
    std::string_view content_type;
    std::string_view body;
    std::vector<header_field> headers;
    std::string code;
    std::string detail_part;
  };
  const std::vector<refused> cases{
      {"application/json", "{", required, "malformed_json", "byte 1"},
      {"json", "{}", required, "invalid_attribute", "media type"},
      {"", "", {{"ce-specversion", "1.0"}}, "missing_type", "type"},
      {"", "", with({{"ce-subject", "%C3"}}), "invalid_attribute", "\"ce-subject\""},
      {"", "", with({{"ce-subject", "50%"}}), "invalid_attribute", "%"},
      {"", "", with({{"ce-subject", "%0a"}}), "invalid_attribute", "control"},
      {"", "", with({{"ce-id", "2"}}), "duplicate_key", "twice"},
      {"", "", with({{"ce-x", "2"}, {"CE-X", "2"}}), "duplicate_key", "x is there twice"},
      {"", "", with({{"ce-a-b", "2"}}), "invalid_attribute", "lower-case"},
      {"", "", with({{"ce-data", "2"}}), "invalid_attribute", "data"},
      {"", "", with({{"ce-datacontenttype", "a/b"}}), "invalid_attribute", "Content-Type"},
      {"", "", with({{"ce-", "2"}}), "invalid_attribute", "empty"},
  };
  for (const auto& c : cases) {
    const auto result = read(c.content_type, c.body, c.headers);
    ASSERT_EQ(result.problems.size(), 1u) << c.detail_part;
    EXPECT_TRUE(result.events.empty());
    EXPECT_EQ(result.problems[0].code, c.code) << result.problems[0].detail;
    EXPECT_NE(result.problems[0].detail.find(c.detail_part), std::string::npos)
        << result.problems[0].detail;
  }
}

TEST(body_form, follows_the_content_type) {
  EXPECT_EQ(body_form_of("", false), body_form::plain);
  EXPECT_EQ(body_form_of("Application/JSON; charset=utf-8", false), body_form::plain);
  EXPECT_EQ(body_form_of("application/x-ndjson", false), body_form::ndjson);
  EXPECT_EQ(body_form_of("application/cloudevents+json;charset=UTF-8", true),
            body_form::cloudevent);
  EXPECT_EQ(body_form_of("application/cloudevents-batch+json", false),
            body_form::cloudevents_batch);
  EXPECT_EQ(body_form_of("application/json", true), body_form::binary);
  EXPECT_EQ(body_form_of("image/png", true), body_form::binary);
  EXPECT_EQ(body_form_of("", true), body_form::binary);
  EXPECT_EQ(body_form_of("text/plain", false), std::nullopt);
  EXPECT_EQ(body_form_of("application/cloudevents+avro", true), std::nullopt);
  EXPECT_EQ(body_form_of("application", false), std::nullopt);
}

}  // namespace
}  // namespace airtrain
