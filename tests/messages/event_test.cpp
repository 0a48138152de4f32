#include "messages/event.hpp"

#include <gtest/gtest.h>

#include <string>

namespace airtrain {
namespace {

event_fields every_field() {
  event_fields fields;
  fields.id = "id-1";
  fields.source = "/hms";
  fields.type = "staff_schedule_updated";
  fields.subject = "e-17";
  fields.time = "2026-01-02T03:04:05Z";
  fields.data_content_type = "application/json";
  fields.data_schema = "https://schema";
  fields.extensions = R"({"tenant":"va"})";
  fields.data = R"({"a": 1.50})";
  fields.kind = data_kind::json;
  fields.accepted_at_ms = 1'767'322'800'123;
  fields.content_hash = 0xfedcba9876543210u;
  return fields;
}

void expect_every_field(const event& e) {
  const auto fields = every_field();
  EXPECT_EQ(e.id(), fields.id);
  EXPECT_EQ(e.source(), fields.source);
  EXPECT_EQ(e.type(), fields.type);
  EXPECT_EQ(e.subject(), fields.subject);
  EXPECT_EQ(e.time(), fields.time);
  EXPECT_EQ(e.data_content_type(), fields.data_content_type);
  EXPECT_EQ(e.data_schema(), fields.data_schema);
  EXPECT_EQ(e.extensions(), fields.extensions);
  EXPECT_EQ(e.data(), fields.data);
  EXPECT_EQ(e.kind(), fields.kind);
  EXPECT_EQ(e.accepted_at_ms(), fields.accepted_at_ms);
  EXPECT_EQ(e.content_hash(), fields.content_hash);
}

TEST(sealed_event, gives_back_every_field) {
  expect_every_field(*event::seal(every_field()));
}

TEST(sealed_event, comes_back_whole_from_its_bytes) {
  const auto sealed = event::seal(every_field());
  const auto restored = event::from_bytes(std::string{sealed->bytes()});
  ASSERT_TRUE(restored);
  expect_every_field(*restored);
  EXPECT_EQ(restored->bytes(), sealed->bytes());
}

TEST(sealed_event, empty_fields_stay_empty) {
  const auto sealed = event::seal({});
  EXPECT_EQ(sealed->id(), "");
  EXPECT_EQ(sealed->data(), "");
  EXPECT_EQ(sealed->kind(), data_kind::none);
  EXPECT_TRUE(event::from_bytes(std::string{sealed->bytes()}));
}

TEST(sealed_event, damaged_bytes_are_refused) {
  const auto sealed = event::seal(every_field());
  const std::string whole{sealed->bytes()};
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(event::from_bytes(whole.substr(0, length))) << length;
  EXPECT_FALSE(event::from_bytes(whole + "x"));

  auto other_version = whole;
  other_version[0] = 2;
  EXPECT_FALSE(event::from_bytes(other_version));
  auto unknown_kind = whole;
  unknown_kind[1] = 9;
  EXPECT_FALSE(event::from_bytes(unknown_kind));
  auto falling_offsets = whole;
  falling_offsets[4] = '\x7f';
  EXPECT_FALSE(event::from_bytes(falling_offsets));
}

}  // namespace
}  // namespace airtrain
