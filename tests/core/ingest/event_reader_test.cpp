#include "core/ingest/event_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace airtrain {
namespace {

reader_defaults defaults() {
  reader_defaults d;
  d.source = "/airtrain";
  d.accepted_at_ms = 1'767'322'800'123;
  d.random = 42;
  return d;
}

read_result read(body_form form, std::string_view body, const reader_defaults& d = defaults(),
                 const reader_limits& limits = {}) {
  return read_events(form, "", body, {}, limits, d);
}

read_result read_plain(std::string_view body) {
  return read(body_form::plain, body);
}

const event& only_event(const read_result& result) {
  EXPECT_TRUE(result.problems.empty()) << result.problems[0].detail;
  EXPECT_EQ(result.events.size(), 1u);
  return *result.events.at(0).event;
}

TEST(event_reader, the_plain_shape_keeps_every_attribute_and_the_bytes_of_its_data) {
  const auto result = read_plain(R"( {"type":"shift_added","id":"a-1","source":"/hms",
      "subject":"e\u002d17","time":"2026-01-02T03:04:05.678+01:00","dataschema":"https://s",
      "datacontenttype":"application/vnd.hms+json; v=1","tenant":"va\n\u0061".x} )");
  EXPECT_EQ(result.problems.size(), 1u);

  const auto good = read_plain(R"( {"type":"shift_added","id":"a-1","source":"/hms",
      "subject":"e\u002d17","time":"2026-01-02T03:04:05.678+01:00","dataschema":"https://s",
      "datacontenttype":"application/vnd.hms+json; v=1","tenant":"\u0076a","n":12.50,"b":true,
      "gone":null, "data" : {"pay": 12.50,  "big":123456789012345678901234567890 } } )");
  const auto& e = only_event(good);
  EXPECT_FALSE(good.batch);
  EXPECT_FALSE(good.events[0].id_made_up);
  EXPECT_EQ(e.type(), "shift_added");
  EXPECT_EQ(e.id(), "a-1");
  EXPECT_EQ(e.source(), "/hms");
  EXPECT_EQ(e.subject(), "e-17");
  EXPECT_EQ(e.time(), "2026-01-02T03:04:05.678+01:00");
  EXPECT_EQ(e.data_schema(), "https://s");
  EXPECT_EQ(e.data_content_type(), "application/vnd.hms+json; v=1");
  EXPECT_EQ(e.extensions(), R"({"b":true,"n":12.50,"tenant":"va"})");
  EXPECT_EQ(e.data(), R"({"pay": 12.50,  "big":123456789012345678901234567890 })");
  EXPECT_EQ(e.kind(), data_kind::json);
  EXPECT_EQ(e.accepted_at_ms(), 1'767'322'800'123);
}

TEST(event_reader, a_type_is_enough) {
  const auto result = read_plain(R"({"type":"t"})");
  const auto& e = only_event(result);
  EXPECT_EQ(e.source(), "/airtrain");
  EXPECT_EQ(e.time(), "");
  EXPECT_EQ(e.extensions(), "");
  EXPECT_EQ(e.kind(), data_kind::none);
  EXPECT_TRUE(result.events[0].id_made_up);
}

struct refused {
  std::string body;
  std::string code;
  std::string detail_part;
};

TEST(event_reader, says_what_is_wrong_with_an_event_and_where) {
  const std::string long_id(257, 'i');
  const std::string long_text(1025, 's');
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  const std::vector<refused> cases{
      {R"({"type":"t",})", "malformed_json", "byte 12"},
      {"", "malformed_json", "byte 0"},
      {R"({"type":"t","type":"u"})", "duplicate_key", "byte 12"},
      {R"({"type":"t","data":{"a":1,"\u0061":2}})", "duplicate_key", "byte 26"},
      {R"({"type":"t","data":)" + deep + "}", "too_deep", "byte 82"},
      {R"({"data":{}})", "missing_type", "type"},
      {R"({"type":null})", "missing_type", "type"},
      {R"({"type":7})", "invalid_attribute", "type must be a string (byte 1)"},
      {R"({"type":""})", "invalid_attribute", "type is empty"},
      {R"({"type":"t","id":17})", "invalid_attribute", "id must be a string (byte 12)"},
      {R"({"type":"t","id":""})", "invalid_attribute", "id is empty"},
      {R"({"type":"t","id":")" + long_id + "\"}", "id_too_long", "257 bytes, 256"},
      {R"({"type":"t","id":"a\u0000b"})", "invalid_attribute", "control character: \"a\\u0000b\""},
      {R"({"type":"t","id":"\u0085"})", "invalid_attribute", "control character"},
      {R"({"type":"t\u007f"})", "invalid_attribute", "control character"},
      {R"({"type":"t","subject":")" + long_text + "\"}", "invalid_attribute", "1025 bytes"},
      {R"({"type":"t","tenant":")" + long_text + "\"}", "invalid_attribute", "1025 bytes"},
      {R"({"type":"t","time":"yesterday"})", "invalid_attribute", "RFC 3339"},
      {R"({"type":"t","datacontenttype":"json"})", "invalid_attribute", "media type"},
      {R"({"type":"t","specversion":"0.3"})", "invalid_attribute", "specversion"},
      {R"({"type":"t","employeeId":1})", "invalid_attribute", "\"employeeId\": only lower-case"},
      {R"({"type":"t","a_b":1})", "invalid_attribute", "\"a_b\""},
      {R"({"type":"t","\n":1})", "invalid_attribute", "\"\\n\""},
      {R"({"type":"t","":1})", "invalid_attribute", "empty"},
      {R"({"type":"t","list":[1]})", "invalid_attribute", "list"},
      {R"({"type":"t","data":1,"data_base64":"AA=="})", "invalid_attribute", "exclude"},
      {R"({"type":"t","data_base64":"A"})", "invalid_attribute", "not base64"},
      {R"({"type":"t","data_base64":"A==="})", "invalid_attribute", "not base64"},
      {R"({"type":"t","data_base64":7})", "invalid_attribute", "string"},
      {R"({"type":"t","datacontenttype":"application/json","data_base64":"ew=="})",
       "malformed_json", "data_base64"},
      {R"({"type":"t","datacontenttype":"text/plain","data":{}})", "invalid_attribute", "string"},
      {"7", "malformed_json", "object"},
  };
  for (const auto& [body, code, detail_part] : cases) {
    const auto result = read_plain(body);
    EXPECT_TRUE(result.events.empty()) << body;
    ASSERT_EQ(result.problems.size(), 1u) << body;
    EXPECT_EQ(result.problems[0].code, code) << body;
    EXPECT_EQ(result.problems[0].status, 400) << body;
    EXPECT_NE(result.problems[0].detail.find(detail_part), std::string::npos)
        << result.problems[0].detail;
  }
}

TEST(event_reader, an_id_of_the_largest_length_is_taken) {
  const auto result = read_plain(R"({"type":"t","id":")" + std::string(256, 'i') + "\"}");
  EXPECT_EQ(only_event(result).id().size(), 256u);
}

TEST(event_reader, times_follow_rfc_3339) {
  for (const char* time :
       {"2026-01-02T03:04:05Z", "2024-02-29t23:59:60z", "2026-12-31T00:00:00.123456789-23:59"})
    EXPECT_TRUE(read_plain(std::string(R"({"type":"t","time":")") + time + "\"}").problems.empty())
        << time;
  for (const char* time : {"2026-01-02", "2026-01-02 03:04:05Z", "2026-02-29T03:04:05Z",
                           "2026-13-01T03:04:05Z", "2026-01-00T03:04:05Z", "2026-01-02T24:00:00Z",
                           "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+1",
                           "2026-01-02T03:04:05Zx", "+026-01-02T03:04:05Z"})
    EXPECT_FALSE(read_plain(std::string(R"({"type":"t","time":")") + time + "\"}").problems.empty())
        << time;
}

TEST(event_reader, a_list_gives_the_good_events_and_every_problem_with_its_index) {
  const auto result =
      read_plain(R"([{"type":"a","id":"1"},{"id":"2"},7,{"type":"b","id":"4"},{"type":9}])");
  EXPECT_TRUE(result.batch);
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.indexes, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(result.events[1].event->id(), "4");
  ASSERT_EQ(result.problems.size(), 3u);
  EXPECT_EQ(result.problems[0].index, 1u);
  EXPECT_EQ(result.problems[0].code, "missing_type");
  EXPECT_EQ(result.problems[1].index, 2u);
  EXPECT_EQ(result.problems[2].index, 4u);
}

TEST(event_reader, an_empty_list_is_a_batch_without_events) {
  const auto result = read_plain(" [] ");
  EXPECT_TRUE(result.batch);
  EXPECT_TRUE(result.events.empty());
  EXPECT_TRUE(result.problems.empty());
}

TEST(event_reader, nothing_of_one_event_leaks_into_the_next_of_a_batch) {
  const auto result = read_plain(
      R"([{"type":"a","id":"1","subject":"s","time":"2026-01-02T03:04:05Z","x":1,"data":1},
          {"type":"b"}])");
  ASSERT_EQ(result.events.size(), 2u);
  const auto& second = *result.events[1].event;
  EXPECT_EQ(second.subject(), "");
  EXPECT_EQ(second.time(), "");
  EXPECT_EQ(second.extensions(), "");
  EXPECT_EQ(second.data(), "");
  EXPECT_TRUE(result.events[1].id_made_up);
}

TEST(event_reader, lines_are_events_and_blank_ones_are_not) {
  const std::string body =
      "{\"type\":\"a\"}\r\n\n  \t\r\n{\"type\":\n{\"type\":\"c\",\"specversion\":\"1.0\"}";
  const auto result = read(body_form::ndjson, body);
  EXPECT_TRUE(result.batch);
  EXPECT_EQ(result.indexes, (std::vector<std::uint32_t>{0, 2}));
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].index, 1u);
  const auto cut_at = body.find("{\"type\":\n") + 8;
  EXPECT_NE(result.problems[0].detail.find("byte " + std::to_string(cut_at)), std::string::npos)
      << result.problems[0].detail;
}

TEST(event_reader, too_many_events_refuse_the_request_as_a_whole) {
  reader_limits limits;
  limits.events_max = 2;
  const std::string three_lines = "{\"type\":\"a\"}\n{\"type\":\"a\"}\n{\"type\":\"a\"}\n";
  for (const auto& result : {read(body_form::ndjson, three_lines, defaults(), limits),
                             read(body_form::plain, R"([{"type":"a"},{"type":"a"},{"type":"a"}])",
                                  defaults(), limits)}) {
    EXPECT_TRUE(result.events.empty());
    ASSERT_EQ(result.problems.size(), 1u);
    EXPECT_EQ(result.problems[0].status, 413);
    EXPECT_EQ(result.problems[0].code, "too_many_events");
    EXPECT_FALSE(result.problems[0].index);
  }
}

TEST(event_reader, a_structured_cloudevent_needs_its_four_attributes) {
  const std::string whole = R"({"specversion":"1.0","type":"t","id":"1","source":"/s")";
  EXPECT_EQ(only_event(read(body_form::cloudevent, whole + "}")).source(), "/s");
  for (const char* body :
       {R"({"type":"t","id":"1","source":"/s"})", R"({"specversion":"1.0","id":"1","source":"/s"})",
        R"({"specversion":"1.0","type":"t","source":"/s"})",
        R"({"specversion":"1.0","type":"t","id":"1"})"}) {
    EXPECT_EQ(read(body_form::cloudevent, body).problems.size(), 1u) << body;
    EXPECT_EQ(read(body_form::cloudevents_batch, "[" + std::string{body} + "]").problems.size(), 1u)
        << body;
  }
  EXPECT_TRUE(read(body_form::cloudevents_batch, "[" + whole + "}]").batch);
  EXPECT_EQ(read(body_form::cloudevent, "[" + whole + "}]").problems.size(), 1u);
  EXPECT_EQ(read(body_form::cloudevents_batch, whole + "}").problems.size(), 1u);
}

TEST(event_reader, base64_data_becomes_its_bytes) {
  const auto binary = read_plain(R"({"type":"t","data_base64":"AAH\/"})");
  EXPECT_EQ(only_event(binary).data(), std::string_view("\x00\x01\xff", 3));
  EXPECT_EQ(only_event(binary).kind(), data_kind::binary);
  const auto json = read_plain(
      R"({"type":"t","datacontenttype":"application/json","data_base64":"eyAiYSI6MX0="})");
  EXPECT_EQ(only_event(json).data(), R"({ "a":1})");
  EXPECT_EQ(only_event(json).kind(), data_kind::json);
  const auto text = read_plain(R"({"type":"t","datacontenttype":"text/csv","data_base64":"YSxi"})");
  EXPECT_EQ(only_event(text).data(), "a,b");
  EXPECT_EQ(only_event(text).kind(), data_kind::text);
}

TEST(event_reader, text_data_of_another_content_type_is_its_characters) {
  const auto result = read_plain(R"({"type":"t","datacontenttype":"text/xml","data":"<a\u002f>"})");
  EXPECT_EQ(only_event(result).data(), "<a/>");
  EXPECT_EQ(only_event(result).kind(), data_kind::text);
}

TEST(event_reader, data_that_is_null_stays_null) {
  const auto result = read_plain(R"({"type":"t","data":null})");
  EXPECT_EQ(only_event(result).data(), "null");
  EXPECT_EQ(only_event(result).kind(), data_kind::json);
}

TEST(event_reader, made_up_ids_differ_by_request_and_by_index) {
  const auto first = read_plain(R"([{"type":"t"},{"type":"t"}])");
  auto other = defaults();
  other.random = 43;
  const auto second = read(body_form::plain, R"({"type":"t"})", other);
  const auto a = first.events[0].event->id();
  EXPECT_EQ(a.size(), 36u);
  EXPECT_EQ(a[14], '7');
  EXPECT_NE(a, first.events[1].event->id());
  EXPECT_NE(a, second.events[0].event->id());
}

TEST(event_reader, the_idempotency_key_is_the_id_where_none_is_given) {
  auto d = defaults();
  d.idempotency_key = "key-1";
  const auto single = read(body_form::plain, R"({"type":"t"})", d);
  EXPECT_EQ(only_event(single).id(), "key-1");
  EXPECT_FALSE(single.events[0].id_made_up);
  EXPECT_EQ(only_event(read(body_form::plain, R"({"type":"t","id":"own"})", d)).id(), "own");
  const auto batch =
      read(body_form::ndjson, "{\"type\":\"t\",\"id\":\"own\"}\n{\"type\":\"t\"}", d);
  EXPECT_EQ(batch.events[0].event->id(), "own");
  EXPECT_EQ(batch.events[1].event->id(), "key-1/1");

  const std::string long_key(257, 'k');
  d.idempotency_key = long_key;
  EXPECT_EQ(read(body_form::plain, R"({"type":"t"})", d).problems.at(0).code, "id_too_long");
  d.idempotency_key = "";
  EXPECT_EQ(read(body_form::plain, R"({"type":"t"})", d).problems.at(0).code, "invalid_attribute");
}

std::uint64_t hash_of(std::string_view body, const reader_defaults& d = defaults()) {
  return only_event(read(body_form::plain, body, d)).content_hash();
}

TEST(content_hash, is_the_same_when_the_same_is_sent_again) {
  auto later = defaults();
  later.accepted_at_ms += 1000;
  later.random = 7;
  later.source = "/other";
  const char* body = R"({"type":"t","x":"1","y":2,"data":{"a":1}})";
  EXPECT_EQ(hash_of(body), hash_of(body, later));
  EXPECT_EQ(hash_of(body), hash_of(R"({"y":2, "data":{"a":1}, "x":"\u0031","type":"t","id":"i"})"));
}

TEST(content_hash, differs_when_any_content_differs) {
  const std::vector<std::string> bodies{
      R"({"type":"t"})",
      R"({"type":"u"})",
      R"({"type":"t","data":1})",
      R"({"type":"t","data":"1"})",
      R"({"type":"t","data":{"a":1}})",
      R"({"type":"t","data":{"a": 1}})",
      R"({"type":"t","source":"/airtrain"})",
      R"({"type":"t","subject":"s"})",
      R"({"type":"t","dataschema":"s"})",
      R"({"type":"t","time":"2026-01-02T03:04:05Z"})",
      R"({"type":"t","datacontenttype":"application/json"})",
      R"({"type":"t","x":1})",
      R"({"type":"t","x":"1"})",
      R"({"type":"t","data_base64":"AAE="})",
  };
  for (std::size_t i = 0; i < bodies.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(hash_of(bodies[i]), hash_of(bodies[j])) << bodies[i] << " " << bodies[j];
}

// Stored with every de-dupe record.
TEST(content_hash, never_changes_between_versions) {
  EXPECT_EQ(hash_of(R"({"type":"t","x":1,"data":{"a":1}})"), 1598975109503410472u);
}

}  // namespace
}  // namespace airtrain
