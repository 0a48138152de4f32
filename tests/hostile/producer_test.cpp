// Producers that mean harm or know no better, against the real binary. Beside them one as it should
// be: its events are all taken, and memory stays.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>

#include <optional>
#include <random>

#include "bench/harness/ask.hpp"
#include "bench/harness/http_text.hpp"
#include "tests/fault/service.hpp"
#include "tests/hostile/steady_producer.hpp"
#include "tests/http/raw_connection.hpp"

namespace airtrain::test {
namespace {

using http::testing::raw_connection;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint64_t MiB = 1u << 20;

class a_producer : public testing::Test {
 protected:
  a_producer()
      : airtrain(connector_yaml("target", target.port()),
                 "max_connections: 200, max_body: 64KiB, head_timeout: 1s, body_timeout: 1s, "
                 "idle_timeout: 2s, max_buffered: 4MiB") {
    airtrain.start();
    steady.emplace(airtrain.port());
    EXPECT_TRUE(eventually([&] { return steady->accepted() > 50; }));
    before_ = airtrain.memory();
  }
  ~a_producer() override {
    // It goes on after what was done to the service, as before.
    const auto so_far = steady->accepted();
    EXPECT_TRUE(eventually([&] { return steady->accepted() > so_far + 50; }));
    EXPECT_EQ(steady->refused(), 0u);
    EXPECT_EQ(steady->reconnected(), 0u);
    EXPECT_LT(steady->slowest_us(), 2'000'000u);
    EXPECT_LT(airtrain.memory(), before_ + 64 * MiB);
    const auto all = steady->accepted();
    steady.reset();
    EXPECT_TRUE(eventually([&] { return target.delivered() >= all; }));
  }

  raw_connection connect() const { return raw_connection::to(airtrain.port()); }
  bool is_known(const std::string& id) const {
    return harness::ask(airtrain.port(), "GET", "/v1/events/" + id).status == 200;
  }

  stand_in target;
  service airtrain;
  std::optional<steady_producer> steady;

 private:
  std::uint64_t before_ = 0;
};

/// What the service still says on a connection that it has to close.
std::string last_words(raw_connection& connection) {
  auto said = connection.read_to_end();
  return connection.ended() ? said : "it was not closed";
}

/// A whole request with one event.
std::string post_of(const std::string& id, const std::string& more = {}) {
  const auto event = fmt::format(R"({{"type":"t","id":"{0}","data":{{"id":"{0}"}}}})", id);
  return fmt::format(
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: {}\r\n\r\n{}", more,
      event.size(), event);
}

struct shape {
  std::string name;
  std::string head;  ///< without Host, which all have
};

std::vector<shape> smuggling_shapes() {
  return {
      {"length_and_encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"},
      {"encoding_and_length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"},
      {"two_lengths", "Content-Length: 5\r\nContent-Length: 0\r\n"},
      {"the_same_length_twice", "Content-Length: 5\r\nContent-Length: 5\r\n"},
      {"a_list_of_lengths", "Content-Length: 5, 5\r\n"},
      {"a_signed_length", "Content-Length: +5\r\n"},
      {"a_hexadecimal_length", "Content-Length: 0x5\r\n"},
      {"a_huge_length", "Content-Length: 18446744073709551621\r\n"},
      {"gzip_and_length", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"},
      {"xchunked", "Transfer-Encoding: xchunked\r\n"},
      {"identity", "Transfer-Encoding: identity\r\nContent-Length: 5\r\n"},
      {"chunked_and_identity", "Transfer-Encoding: chunked, identity\r\n"},
      {"chunked_twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
      {"quoted_chunked", "Transfer-Encoding: \"chunked\"\r\n"},
      {"vertical_tab",
       "Transfer-Encoding: \x0b"
       "chunked\r\nContent-Length: 5\r\n"},
      {"a_folded_line", "X: a\r\n Content-Length: 5\r\n"},
      {"a_space_before_the_colon", "Content-Length : 5\r\n"},
      {"a_name_with_a_nul", std::string("Content\0-Length: 5\r\n", 20)},
      {"a_bare_newline", "X: a\nContent-Length: 5\r\n"},
      {"a_bare_return", "X: a\rContent-Length: 5\r\n"},
      {"a_second_host", "Host: elsewhere\r\nContent-Length: 5\r\n"},
  };
}

TEST_F(a_producer, cannot_smuggle_a_request_behind_a_doubtful_length) {
  for (const auto& [name, head] : smuggling_shapes()) {
    SCOPED_TRACE(name);
    auto connection = connect();
    const auto id = "smuggled_" + name;
    connection.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n" +
                    "0\r\n\r\n" + post_of(id));
    const auto said = last_words(connection);
    EXPECT_THAT(said, AnyOf(StartsWith("HTTP/1.1 400 "), StartsWith("HTTP/1.1 413 ")));
    EXPECT_EQ(said.find("HTTP/1.1 2"), std::string::npos) << "one answer, then the end: " << said;
    EXPECT_FALSE(is_known(id));
  }
}

TEST_F(a_producer, that_drips_its_head_is_cut_off) {
  std::vector<raw_connection> slow;
  for (int i = 0; i < 150; ++i) slow.push_back(connect());
  for (std::size_t sent = 0; sent < 40; ++sent) {
    for (auto& one : slow)
      one.send(std::string_view("POST /v1/events HTTP/1.1\r\nHost: localhost").substr(sent, 1));
    poll(nullptr, 0, 40);
  }
  for (auto& one : slow) ASSERT_THAT(last_words(one), AnyOf(StartsWith("HTTP/1.1 408 "), ""));
}

TEST_F(a_producer, that_drips_its_body_is_cut_off) {
  std::vector<raw_connection> slow;
  for (int i = 0; i < 60; ++i) slow.push_back(connect());
  for (auto& one : slow)
    one.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    for (auto& one : slow) one.send(" ");
    poll(nullptr, 0, 40);
  }
  for (auto& one : slow) ASSERT_THAT(last_words(one), AnyOf(StartsWith("HTTP/1.1 408 "), ""));
}

TEST_F(a_producer, that_drips_chunks_is_cut_off) {
  auto slow = connect();
  slow.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    slow.send("1\r\n \r\n");
    poll(nullptr, 0, 40);
  }
  EXPECT_THAT(last_words(slow), AnyOf(StartsWith("HTTP/1.1 408 "), ""));
}

TEST_F(a_producer, that_closes_its_side_is_answered) {
  auto connection = connect();
  connection.send(post_of("half-closed"));
  connection.finish_sending();
  EXPECT_THAT(last_words(connection), StartsWith("HTTP/1.1 202 "));
  EXPECT_TRUE(is_known("half-closed"));
}

TEST_F(a_producer, that_closes_within_its_request_leaves_nothing) {
  const auto whole = post_of("cut");
  for (std::size_t kept : {1u, 20u, 60u, 100u}) {
    auto connection = connect();
    connection.send(std::string_view(whole).substr(0, kept));
    connection.finish_sending();
    last_words(connection);
  }
  EXPECT_FALSE(is_known("cut"));
}

TEST_F(a_producer, that_pipelines_is_answered_in_order) {
  std::string all;
  for (int i = 0; i < 200; ++i) all += post_of(fmt::format("piped{}", i));
  auto connection = connect();
  connection.send(all);
  for (int i = 0; i < 200; ++i)
    ASSERT_THAT(connection.read_message(), HasSubstr(fmt::format("\"id\":\"piped{}\"", i)));
}

TEST_F(a_producer, that_pipelines_and_never_reads_holds_only_itself) {
  auto connection = connect();
  std::string all;
  for (int i = 0; i < 100; ++i) all += post_of("same-id-again-and-again");
  const timeval soon{.tv_sec = 0, .tv_usec = 200'000};
  setsockopt(connection.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);
  // Until the service reads no further, because its answers are not read.
  for (int i = 0; i < 2000 && connection.send(all);) ++i;
  EXPECT_EQ(harness::ask(airtrain.port(), "GET", "/readyz").status, 200);
}

TEST_F(a_producer, with_too_much_to_say_is_told_so) {
  auto headers = connect();
  headers.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\n");
  for (int i = 0; i < 10'000 && headers.send(fmt::format("X-{}: y\r\n", i));) ++i;
  EXPECT_THAT(last_words(headers), AnyOf(StartsWith("HTTP/1.1 431 "), ""));
  auto line = connect();
  line.send("POST /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(last_words(line),
              AnyOf(StartsWith("HTTP/1.1 414 "), StartsWith("HTTP/1.1 431 "), ""));
  auto body = connect();
  body.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n");
  EXPECT_THAT(body.read_message(), StartsWith("HTTP/1.1 413 "));
  auto chunks = connect();
  chunks.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto chunk = "1000\r\n" + std::string(4096, ' ') + "\r\n";
  for (int i = 0; i < 1000 && chunks.send(chunk);) ++i;
  EXPECT_THAT(chunks.read_message(), AnyOf(StartsWith("HTTP/1.1 413 "), ""));
}

TEST_F(a_producer, of_garbage_is_sent_away) {
  std::minstd_rand random(4);
  for (int i = 0; i < 300; ++i) {
    std::string noise(1 + random() % 5000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    auto connection = connect();
    connection.send(noise);
    connection.finish_sending();
    EXPECT_THAT(last_words(connection),
                AnyOf(StartsWith("HTTP/1.1 400 "), StartsWith("HTTP/1.1 505 "), ""));
  }
  auto tls = connect();
  tls.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  EXPECT_THAT(last_words(tls), AnyOf(StartsWith("HTTP/1.1 400 "), ""));
}

TEST_F(a_producer, that_resets_thousands_of_times_changes_nothing) {
  const auto whole = post_of("reset");
  for (std::size_t i = 0; i < 4000; ++i) {
    auto connection = connect();
    connection.send(std::string_view(whole).substr(0, i % (whole.size() - 1)));
    connection.reset();
  }
  EXPECT_FALSE(is_known("reset"));
}

TEST_F(a_producer, that_floods_with_connections_keeps_nobody_out_for_long) {
  std::vector<raw_connection> flood;
  for (int i = 0; i < 600; ++i) flood.push_back(connect());
  // Who has a connection keeps it; for others there is room once idle ones are closed.
  const auto so_far = steady->accepted();
  EXPECT_TRUE(eventually([&] { return steady->accepted() > so_far + 100; }));
  EXPECT_TRUE(eventually([&] {
    return harness::ask(airtrain.port(), "POST", "/v1/events",
                        R"({"type":"t","id":"after","data":{"id":"after"}})")
               .status == 202;
  }));
}

TEST_F(a_producer, that_floods_with_bodies_is_told_to_wait_within_bounds) {
  std::vector<raw_connection> flood;
  for (int i = 0; i < 150; ++i) flood.push_back(connect());
  for (auto& one : flood) {
    one.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n");
    one.send(std::string(60'000, ' '));
  }
  // 150 times 64 KiB are more than max_buffered: some are refused, the others run out of time.
  for (auto& one : flood)
    EXPECT_THAT(last_words(one),
                AnyOf(StartsWith("HTTP/1.1 503 "), StartsWith("HTTP/1.1 408 "), ""));
}

TEST_F(a_producer, that_announces_much_and_says_little_shuts_nobody_out) {
  std::vector<raw_connection> slow;
  for (int i = 0; i < 150; ++i) slow.push_back(connect());
  for (auto& one : slow)
    one.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n{");
  // What they have announced is more than max_buffered; what they have sent is next to nothing.
  const auto large = fmt::format(R"({{"type":"t","id":"large","data":{{"id":"large","x":"{}"}}}})",
                                 std::string(50'000, 'x'));
  EXPECT_EQ(harness::ask(airtrain.port(), "POST", "/v1/events", large).status, 202);
  for (auto& one : slow) EXPECT_THAT(last_words(one), AnyOf(StartsWith("HTTP/1.1 408 "), ""));
}

TEST_F(a_producer, of_hostile_json_is_refused_and_the_next_request_served) {
  const std::vector<std::string> bodies{
      std::string(60'000, '['),
      "{\"type\":\"t\",\"data\":" + std::string(30'000, '[') + std::string(30'000, ']') + "}",
      "{\"type\":\"t\",\"type\":\"u\",\"data\":1}",
      "{\"type\":\"\\ud800\",\"data\":1}",
      "{\"type\":\"t\",\"data\":\"\xff\xfe\"}",
      "{\"type\":\"t\",\"id\":\"" + std::string(5000, 'x') + "\"}",
      "{\"type\":\"t\",\"data\":" + std::string(60'000, '9') + "x}",
      "nul",
      "",
      "\xef\xbb\xbf{\"type\":\"t\"}",
  };
  auto connection = connect();
  for (const auto& body : bodies) {
    connection.send(
        fmt::format("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}",
                    body.size(), body));
    EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 400 ")) << body.substr(0, 40);
  }
  connection.send(post_of("sound"));
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 202 "));
}

}  // namespace
}  // namespace airtrain::test
