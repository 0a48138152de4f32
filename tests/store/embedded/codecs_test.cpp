#include <random>

#include "store/embedded/attempt_rows.hpp"
#include "store/embedded/block_index.hpp"
#include "store/embedded/bytes.hpp"
#include "store/embedded/cursor_rows.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/held_record.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {

TEST(bytes, numbers_read_back_as_they_were_put) {
  std::string out;
  const std::vector<std::int64_t> values{0, 1, -1, 127, 128, -12345, INT64_MAX, INT64_MIN};
  for (auto value : values) {
    put_signed(out, value);
    put_varint(out, static_cast<std::uint64_t>(value));
  }
  byte_reader in{out};
  for (auto value : values) {
    EXPECT_EQ(in.signed_varint(), value);
    EXPECT_EQ(in.varint(), static_cast<std::uint64_t>(value));
  }
  EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(bytes, a_read_beyond_the_end_fails_for_good) {
  byte_reader in{"ab"};
  EXPECT_EQ(in.be32(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0u);
  EXPECT_FALSE(byte_reader{std::string(11, '\xff')}.varint() != 0);
}

TEST(keys, sort_as_the_numbers_they_are_made_of) {
  EXPECT_LT(event_key(255), event_key(256));
  EXPECT_LT(held_key(1, {.seq = 9, .part = 1}), held_key(1, {.seq = 10, .part = 0}));
  EXPECT_LT(held_key(1, {.seq = ~0ull, .part = 0}), held_key(2, {.seq = 0, .part = 0}));
  EXPECT_LT(held_key(1, {.seq = 9, .part = 1}), payload_key(1, {.seq = 9, .part = 1}));
  EXPECT_LT(payload_key(1, {.seq = 9, .part = 1}), held_key(1, {.seq = 9, .part = 2}));
  EXPECT_LT(due_key(1, 5, {.seq = 9}), due_key(1, 6, {.seq = 1}));
  EXPECT_EQ(after_prefix(std::string("a\xff", 2)), "b");
}

TEST(key_list, reads_back_with_parts) {
  const std::vector<delivery_key> keys{
      {.seq = 3, .part = 0}, {.seq = 3, .part = 2}, {.seq = 70000, .part = 0}};
  EXPECT_EQ(decode_key_list(encode_key_list(keys)), keys);
  EXPECT_EQ(decode_key_list(""), std::vector<delivery_key>{});
}

TEST(key_list, takes_a_byte_per_delivery_where_they_are_dense) {
  std::vector<delivery_key> keys;
  for (std::uint64_t seq = 1000; seq < 2000; ++seq) keys.push_back({.seq = seq, .part = 0});
  EXPECT_LE(encode_key_list(keys).size(), 1002u);
}

TEST(key_list, refuses_what_is_not_ascending) {
  EXPECT_FALSE(decode_key_list(std::string("\x04\x00", 2)));
  EXPECT_FALSE(decode_key_list("\xff"));
}

TEST(block_index, gives_each_connector_its_events_in_every_form_of_posting) {
  std::mt19937 random{7};
  block_index_builder builder;
  std::vector<std::vector<block_offset>> expected(4);
  for (unsigned offset = 0; offset < block_events; ++offset) {
    std::vector<route> routes{{.connector = 1}};  // all of them: no posting is stored
    expected[1].push_back(static_cast<block_offset>(offset));
    if (random() % 2) {  // a bitmap
      routes.push_back({.connector = 2});
      expected[2].push_back(static_cast<block_offset>(offset));
    }
    if (random() % 100 == 0) {  // varints
      routes.push_back({.connector = 3});
      expected[3].push_back(static_cast<block_offset>(offset));
    }
    builder.add(static_cast<block_offset>(offset), 1000 + offset, 100 + offset, routes);
  }
  const auto bytes = builder.encode();
  // Two bytes for the size of each event, and less than 900 for all the rest.
  EXPECT_LT(bytes.size(), 2 * block_events + 900u);
  const auto view = block_index_view::read(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->last_accepted_ms(), 1000 + 4095);
  EXPECT_EQ(view->events(), 4096u);
  for (connector_id id = 1; id < 4; ++id) {
    std::vector<block_offset> got;
    EXPECT_TRUE(view->offsets(id, 0, got));
    EXPECT_EQ(got, expected[id]);
    EXPECT_EQ(view->count(id), expected[id].size());
    got.clear();
    EXPECT_TRUE(view->offsets(id, 2000, got));
    std::erase_if(expected[id], [](auto offset) { return offset < 2000; });
    EXPECT_EQ(got, expected[id]);
  }
  EXPECT_EQ(view->count(9), 0u);
  EXPECT_EQ(view->sizes(), builder.sizes());
  EXPECT_EQ(view->total_at(0).bytes, builder.total(1, 0).bytes);
  EXPECT_EQ(builder.total(1, 0).bytes, (100 + 4195) * block_events / 2);
  EXPECT_EQ(builder.total(1, 4094).bytes, 4194u + 4195u);
  EXPECT_FALSE(block_index_view::read("nonsense"));
}

TEST(event_row, reads_back_routes_and_event) {
  const auto what = sealed("1", 5, "payload");
  const std::vector<route> routes{{.connector = 1}, {.connector = 9, .lane = 77}};
  const auto row = decode_event_row(encode_routes(routes) + std::string{what->bytes()});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->what->data(), "payload");
  ASSERT_EQ(row->routes.size(), 2u);
  EXPECT_EQ(row->to(9)->lane, 77u);
  EXPECT_EQ(row->to(2), nullptr);
}

TEST(event_row, keeps_which_routes_a_full_backlog_refused) {
  const auto what = sealed("1", 5, "payload");
  const std::vector<route> routes{{.connector = 1, .refused = true},
                                  {.connector = 9, .lane = 77},
                                  {.connector = 10, .lane = 77, .refused = true}};
  const auto bytes = encode_routes(routes) + std::string{what->bytes()};
  const auto row = decode_event_row(bytes);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->what->data(), "payload");
  ASSERT_EQ(row->routes.size(), 3u);
  EXPECT_TRUE(row->to(1)->refused);
  EXPECT_FALSE(row->to(9)->refused);
  EXPECT_TRUE(row->to(10)->refused);
  EXPECT_EQ(row->to(10)->lane, 77u);
  EXPECT_EQ(event_bytes_in(bytes), what->bytes().size());
}

TEST(block_index, leaves_out_what_a_full_backlog_refused) {
  block_index_builder builder;
  const std::vector<route> routes{{.connector = 1, .refused = true}, {.connector = 2}};
  builder.add(7, 1000, 300, routes);
  EXPECT_TRUE(builder.of(1).empty());
  EXPECT_EQ(builder.total(2, 0).count, 1u);
  EXPECT_EQ(builder.total(2, 0).bytes, 300u);
  EXPECT_EQ(builder.total(2, 8).bytes, 0u);
}

TEST(held_record, reads_back_whole) {
  held_record record;
  record.state = held_state::dead;
  record.lane = 8;
  record.scope = failure_scope::event;
  record.stops_lane = true;
  record.limit = "max_attempts";
  record.group = 12;
  record.history.first_event_failure_reachable_ms = -1;
  record.history.lift_deadline = true;
  record.last.answer = "no";
  record.rendered = std::make_shared<rendered_request>(rendered_request{
      .target = "/t", .headers = "H: 1\r\n", .body = "", .body_is_event_data = true});
  const auto got = decode_held_record(encode(record));
  ASSERT_TRUE(got);
  EXPECT_EQ(encode(*got), encode(record));
  EXPECT_TRUE(got->stops_lane);
  EXPECT_EQ(got->history.first_event_failure_reachable_ms, -1);
  EXPECT_TRUE(got->rendered->body_is_event_data);
  EXPECT_FALSE(decode_held_record(encode(record) + "x"));
}

TEST(attempt_rows, a_plain_success_takes_a_dozen_bytes_at_most) {
  std::vector<remembered> all;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    auto& one = all.emplace_back();
    one.key.seq = 4096 + i;
    one.attempt = {.n = 1,
                   .at_ms = 1'700'000'000'000 + static_cast<std::int64_t>(i),
                   .outcome = answer_class::delivered,
                   .why = reason::answered,
                   .status = 200,
                   .took_ms = 12,
                   .answer = {}};
  }
  const auto bytes = encode_attempts(1, all);
  EXPECT_LE(bytes.size(), 12 * all.size());
  const auto got = decode_attempts(1, bytes);
  ASSERT_TRUE(got);
  ASSERT_EQ(got->size(), all.size());
  EXPECT_EQ(got->back().key, all.back().key);
  EXPECT_EQ(got->back().attempt.at_ms, all.back().attempt.at_ms);
  EXPECT_EQ(got->back().attempt.status, 200);
}

TEST(attempt_rows, discards_and_answers_read_back) {
  std::vector<remembered> all(2);
  all[0].key = {.seq = 4100, .part = 3};
  all[0].attempt = {.n = 4,
                    .at_ms = 5,
                    .outcome = answer_class::reject,
                    .why = reason::answered,
                    .status = 422,
                    .took_ms = 1,
                    .answer = "no"};
  all[1] = {.key = {.seq = 4097, .part = 0},
            .attempted = false,
            .discarded = true,
            .why_discarded = reason::superseded,
            .attempt = {}};
  const auto got = decode_attempts(1, encode_attempts(1, all));
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)[0].key, all[0].key);
  EXPECT_EQ((*got)[0].attempt.n, 4u);
  EXPECT_EQ((*got)[0].attempt.answer, "no");
  EXPECT_TRUE((*got)[1].discarded);
  EXPECT_FALSE((*got)[1].attempted);
  EXPECT_EQ((*got)[1].why_discarded, reason::superseded);
}

TEST(cursor_rows, read_back) {
  const live_row live{.serial = 5, .watermark = 99, .open = {{1, "a"}, {7, "bc"}}};
  const auto got = decode_live_row(encode(live));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->watermark, 99u);
  EXPECT_EQ(got->open, live.open);
  EXPECT_EQ(decode_own_row(encode(own_row{.next = 12, .open = "xyz"}))->open, "xyz");
  EXPECT_FALSE(decode_live_row(""));
}

}  // namespace airtrain::embedded::tests
