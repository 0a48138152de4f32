#include <fmt/format.h>
#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "http/server.hpp"
#include "tests/http/tls_connection.hpp"

namespace airtrain::http {
namespace {

using testing::certificate_files;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::raw_connection;
using ::testing::StartsWith;
using testing::test_authority;
using testing::tls_connection;
using namespace std::chrono_literals;

void echo(const request& asked, responder answer) {
  response r;
  r.content_type = "text/plain";
  r.body = asked.body;
  answer.send(std::move(r));
}

std::string post(std::string_view body, std::string_view more = "") {
  return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}",
                     body.size(), more, body);
}

/// A server over TLS on a free port.
class server_tls : public ::testing::Test {
 protected:
  void start(server_settings with = {}, handler on_request = echo) {
    with.tls = server_tls_settings{files_.certificate(), files_.key(), client_ca_};
    it_.emplace(pool_, std::move(with), std::move(on_request));
    const auto started = it_->start();
    ASSERT_TRUE(started) << started.error();
  }
  std::uint16_t port() const { return it_->port(); }
  server_figures figures() const { return it_->figures(); }
  std::string ask(std::string_view bytes, testing::tls_client_settings with = {}) const {
    tls_connection connection(port(), with);
    connection.send(bytes);
    return connection.read_message();
  }

  test_authority authority_;
  certificate_files files_{authority_.sign("DNS:localhost")};
  std::string client_ca_;
  io_pool pool_{2};
  std::optional<server> it_;
};

TEST_F(server_tls, answers_requests_over_both_versions_and_keeps_the_connection) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_connection connection(port(), {.version_max = version, .version_min = version});
    ASSERT_TRUE(connection.shaken());
    for (int i = 0; i < 3; ++i) {
      connection.send(post(fmt::format("hello {}", i)));
      EXPECT_THAT(connection.read_message(), EndsWith(fmt::format("\r\n\r\nhello {}", i)));
    }
  }
  EXPECT_EQ(figures().accepted, 2u);
}

TEST_F(server_tls, speaks_nothing_older_than_1_2) {
  start();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    tls_connection old(port(), {.version_max = version, .version_min = version});
    EXPECT_FALSE(old.shaken()) << old.version();
  }
  // The peer has its alert before the server has counted it: the connections' end is after that.
  while (figures().connections > 0) std::this_thread::yield();
  EXPECT_EQ(figures().handshakes_failed, 2u);
}

TEST_F(server_tls, takes_requests_that_come_in_one_record) {
  start();
  tls_connection connection(port());
  connection.send(post("one") + post("two") + post("three"));
  for (const char* body : {"one", "two", "three"})
    EXPECT_THAT(connection.read_message(), EndsWith(body));
}

TEST_F(server_tls, takes_large_and_chunked_bodies) {
  start();
  tls_connection connection(port());
  const std::string large(700'000, 'x');
  connection.send(post(large));
  EXPECT_THAT(connection.read_message(), EndsWith(large));
  connection.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  connection.send("cde\r\n0\r\n\r\n");
  EXPECT_THAT(connection.read_message(), EndsWith("\r\n\r\nabcde"));
}

TEST_F(server_tls, promises_to_read_on_a_producer_that_waits_for_it) {
  start();
  tls_connection connection(port());
  connection.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 100 "));
  connection.send("hello");
  EXPECT_THAT(connection.read_message(), EndsWith("hello"));
}

TEST_F(server_tls, writes_a_large_answer_to_a_slow_reader_whole) {
  std::string large(8'000'000, 'a');
  for (std::size_t i = 0; i < large.size(); i += 1000) large[i] = static_cast<char>('b' + i % 23);
  start({}, [&large](const request&, responder answer) {
    response r;
    r.body = large;
    answer.send(std::move(r));
  });
  tls_connection connection(port());
  connection.send(post("x"));
  // The server has filled the socket's buffers and waits by now, or will.
  EXPECT_THAT(ask(post("y")), EndsWith(large));
  EXPECT_THAT(connection.read_message(), EndsWith(large));
}

TEST_F(server_tls, answers_from_another_thread) {
  std::promise<responder> handed;
  start({}, [&](const request&, responder answer) { handed.set_value(std::move(answer)); });
  tls_connection connection(port());
  connection.send(post("x"));
  handed.get_future().get().send_accepted("{}");
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 202 "));
}

TEST_F(server_tls, gives_up_a_handshake_that_takes_too_long) {
  start({.handshake_timeout = 50ms});
  auto silent = raw_connection::to(port());
  auto half = raw_connection::to(port());
  half.send(std::string_view{"\x16\x03\x01\x02\x00\x01", 6});
  EXPECT_THAT(ask(post("neighbour")), EndsWith("neighbour"));
  EXPECT_TRUE(silent.ended_by_peer());
  EXPECT_TRUE(half.ended_by_peer());
  EXPECT_EQ(figures().handshakes_failed, 2u);
  while (figures().connections > 0) std::this_thread::yield();
}

TEST_F(server_tls, tells_who_speaks_plain_http_that_this_is_https) {
  start();
  auto plain = raw_connection::to(port());
  plain.send(post("secret"));
  const auto answer = plain.read_message();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr(R"("code":"tls_required")"));
}

TEST_F(server_tls, demands_a_certificate_of_the_client_authority) {
  client_ca_ = authority_.ca_file();
  start();
  const test_authority stranger;
  const auto known = authority_.sign("DNS:producer");
  const auto unknown = stranger.sign("DNS:producer");
  const auto expired = authority_.sign("DNS:producer", -60);
  EXPECT_THAT(ask(post("hello"), {.identity = &known}), EndsWith("hello"));
  EXPECT_EQ(ask(post("hello")), "");
  EXPECT_EQ(ask(post("hello"), {.identity = &unknown}), "");
  EXPECT_EQ(ask(post("hello"), {.identity = &expired}), "");
}

TEST_F(server_tls, answers_timeouts_and_limits_as_it_does_without) {
  start({.body_bytes_max = 1000, .head_timeout = 50ms});
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nHos"), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(ask(post(std::string(200'000, 'x'))), StartsWith("HTTP/1.1 413 "));
}

TEST_F(server_tls, survives_garbage_and_resets_at_every_point) {
  start();
  for (int i = 0; i < 50; ++i) {
    auto garbage = raw_connection::to(port());
    garbage.send(std::string(static_cast<std::size_t>(i) * 7, static_cast<char>(i * 5)));
    garbage.reset();
    tls_connection connection(port());
    connection.send(post("hello").substr(0, static_cast<std::size_t>(i)));
    connection.below().reset();
  }
  EXPECT_THAT(ask(post("still there")), EndsWith("still there"));
  while (figures().connections > 0) std::this_thread::yield();
}

TEST_F(server_tls, turns_connections_away_that_are_too_many) {
  start({.connections_max = 1});
  tls_connection first(port());
  first.send(post("x"));
  first.read_message();
  EXPECT_FALSE(tls_connection(port()).shaken());
  EXPECT_EQ(figures().turned_away, 1u);
}

TEST_F(server_tls, does_not_start_with_files_that_do_not_fit) {
  const certificate_files other{authority_.sign("DNS:localhost")};
  const auto error_with = [&](server_tls_settings tls) {
    server it(pool_, {.tls = std::move(tls)}, echo);
    const auto started = it.start();
    return started ? std::string{} : started.error();
  };
  EXPECT_THAT(error_with({files_.certificate(), other.key(), ""}), HasSubstr(other.key()));
  EXPECT_THAT(error_with({"/nowhere.pem", files_.key(), ""}), HasSubstr("/nowhere.pem"));
  EXPECT_THAT(error_with({files_.certificate(), files_.key(), "/nowhere.pem"}),
              HasSubstr("client_ca"));
}

}  // namespace
}  // namespace airtrain::http
