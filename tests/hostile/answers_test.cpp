// Every way in which a target can fail to answer, against the real binary. Whatever it is: the
// deliveries wait, the neighbour flows, memory stays, and once the target is well again all arrive.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/hostile/scene.hpp"

namespace airtrain::test {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t MiB = 1u << 20;
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// What a target does with a connection, and what the connector then has to show.
struct misbehaviour {
  std::string name;
  hostile_target::script play;
  std::string message;  ///< within the error's
  std::string error_class = "retry";
};

/// Takes each request and says these bytes, then keeps the connection.
hostile_target::script says(std::string bytes) {
  return [bytes = std::move(bytes)](peer& connection, int) {
    while (connection.read_request())
      if (!connection.send(bytes)) return;
  };
}

/// Says them and ends the connection.
hostile_target::script says_and_closes(std::string bytes) {
  return [bytes = std::move(bytes)](peer& connection, int) {
    if (connection.read_request()) connection.send(bytes);
  };
}

/// Says the one, then the other for ever.
hostile_target::script says_endlessly(std::string first, std::string then) {
  return [first = std::move(first), then = std::move(then)](peer& connection, int) {
    if (!connection.read_request() || !connection.send(first)) return;
    while (connection.send(then)) {
    }
  };
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<misbehaviour> connections_that_end() {
  return {
      {"closes_at_once", [](peer&, int) {}, "ended before a whole answer"},
      {"resets_at_once", [](peer& c, int) { c.reset(); }, "ended before a whole answer"},
      {"resets_after_the_request",
       [](peer& c, int) {
         c.read_request();
         c.reset();
       },
       "ended before a whole answer"},
      {"resets_within_the_head",
       [](peer& c, int) {
         c.read_request();
         c.send("HTTP/1.1 200 OK\r\nContent-Le");
         c.pause(milliseconds{20});
         c.reset();
       },
       "ended before a whole answer"},
      {"ends_within_the_head", says_and_closes("HTTP/1.1 20"), "ended before a whole answer"},
      {"ends_within_the_body",
       says_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of"),
       "ended before a whole answer"},
      {"resets_within_the_body",
       [](peer& c, int) {
         c.read_request();
         c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of");
         c.pause(milliseconds{20});
         c.reset();
       },
       "ended before a whole answer"},
      {"ends_within_a_chunk",
       says_and_closes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhalf"),
       "ended before a whole answer"},
      {"ends_before_the_last_chunk",
       says_and_closes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"),
       "ended before a whole answer"},
      {"finishes_sending_and_reads_on",
       [](peer& c, int) {
         c.finish_sending();
         c.wait_until_closed();
       },
       "ended before a whole answer"},
  };
}

std::vector<misbehaviour> answers_that_never_end() {
  return {
      {"never_answers", [](peer& c, int) { c.wait_until_closed(); },
       "no answer within the deadline"},
      {"never_reads", [](peer& c, int) { c.pause(milliseconds{60'000}); },
       "no answer within the deadline"},
      {"drips_its_head",
       [](peer& c, int) {
         c.read_request();
         c.drip("HTTP/1.1 200 OK\r\n" + repeated("X: y\r\n", 100), milliseconds{10});
       },
       "no answer within the deadline"},
      {"drips_its_body",
       [](peer& c, int) {
         c.read_request();
         c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
         c.drip(std::string(1000, 'x'), milliseconds{10});
       },
       "no answer within the deadline"},
      {"announces_more_than_it_sends",
       says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nnine byte"),
       "no answer within the deadline"},
      {"endless_body", says_endlessly("HTTP/1.1 200 OK\r\n\r\n", std::string(8192, 'x')),
       "body limit"},
      {"endless_chunks",
       says_endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                      repeated("1\r\nx\r\n", 100)),
       "body limit"},
      {"endless_chunk_extension",
       says_endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", "bbbbbbbb"),
       "limit"},
      {"endless_trailers",
       says_endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n"),
       "limit"},
      {"endless_headers", says_endlessly("HTTP/1.1 200 OK\r\n", "A: b\r\n"), "limit"},
      {"endless_header", says_endlessly("HTTP/1.1 200 OK\r\nA: ", "bbbbbbbbbbbbbbbb"), "limit"},
      {"endless_start_line", says_endlessly("HTTP/1.1 200 ", "OKOKOKOKOKOK"), "limit"},
      {"endless_interim_answers", says_endlessly("", "HTTP/1.1 100 Continue\r\n\r\n"), "interim"},
  };
}

std::vector<misbehaviour> answers_that_are_none() {
  return {
      {"announces_a_huge_body", says("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"),
       "body limit"},
      {"an_oversized_header",
       says("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'b') + "\r\n\r\n"), "limit"},
      {"garbage", says(std::string("\x00\xff\x16\x03\x01 garbage\r\n\r\n", 19)), ""},
      {"another_protocol", says("SSH-2.0-OpenSSH_9.2\r\n"), ""},
      {"a_page_without_a_head", says("<html>It works!</html>\r\n\r\n"), ""},
      {"http_2", says("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"), "version"},
      {"http_0_9", says("HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n"), "version"},
      {"no_status", says("HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"), "status"},
      {"status_999", says("HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"), "status"},
      {"status_000", says("HTTP/1.1 000 What\r\nContent-Length: 0\r\n\r\n"), "status"},
      {"switching_protocols", says("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), "interim"},
      {"two_lengths", says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n"),
       "Content-Length"},
      {"a_list_of_lengths", says("HTTP/1.1 200 OK\r\nContent-Length: 0, 0\r\n\r\n"),
       "Content-Length"},
      {"a_negative_length", says("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
       "Content-Length"},
      {"length_and_encoding",
       says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            "0\r\n\r\n"),
       "Transfer-Encoding"},
      {"encoding_and_length",
       says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
            "0\r\n\r\n"),
       "Content-Length"},
      {"an_unknown_encoding",
       says("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
       "Transfer-Encoding"},
      {"a_chunk_without_a_size",
       says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab\r\n0\r\n\r\n"),
       "chunk"},
      {"a_chunk_longer_than_it_says",
       says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcdef\r\n0\r\n\r\n"),
       "chunk"},
      {"bare_newlines", says("HTTP/1.1 200 OK\nContent-Length: 0\n\n"), ""},
      {"a_header_without_a_colon", says("HTTP/1.1 200 OK\r\nContent-Length 0\r\n\r\n"), "field"},
  };
}

std::vector<misbehaviour> all() {
  auto rows = connections_that_end();
  for (const auto& more : {answers_that_never_end(), answers_that_are_none()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

class a_target_that : public testing::TestWithParam<misbehaviour> {};

TEST_P(a_target_that, is_waited_for_hurts_nobody_and_gets_everything_when_it_is_well) {
  const auto& row = GetParam();
  scene here(row.play);
  ASSERT_TRUE(here.post(5));
  ASSERT_TRUE(here.neighbour_has_all());
  const auto before = here.memory();
  ASSERT_TRUE(here.post(35));
  EXPECT_TRUE(here.shows(row.error_class, row.message)) << here.sick();
  EXPECT_TRUE(here.neighbour_has_all());
  EXPECT_TRUE(eventually([&] { return here.state() == "open"; })) << here.sick();
  EXPECT_EQ(here.airtrain.backlog("sick"), 40u) << "nothing of it counts as delivered";
  EXPECT_EQ(here.dead_letters(), 0u);
  EXPECT_LT(here.memory(), before + 48 * MiB);
  here.target.heal();
  EXPECT_TRUE(here.delivered_all()) << here.sick();
  EXPECT_EQ(here.dead_letters(), 0u);
}

INSTANTIATE_TEST_SUITE_P(hostile, a_target_that, testing::ValuesIn(all()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace airtrain::test
