#include "http/request_head.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace airtrain::http {
namespace {

struct parsed_head {
  result<request_head, refusal> head;
  std::vector<header> fields;
};

parsed_head parse(std::string_view bytes, head_limits limits = {}) {
  parsed_head out{failure(refusal{}), {}};
  out.head = parse_request_head(bytes, limits, out.fields);
  return out;
}

/// The status with which a request with these header lines is refused; 0 when it is not.
int status_of(std::string_view lines, std::string_view start = "POST / HTTP/1.1") {
  const std::string bytes = fmt::format("{}\r\n{}\r\n", start, lines);
  const auto outcome = parse(bytes);
  return outcome.head ? 0 : outcome.head.error().status;
}

TEST(request_head, takes_a_head_apart) {
  const auto [head, fields] = parse(
      "POST /v1/events?partial=true HTTP/1.1\r\nHost: example.org:8080\r\nContent-Length:  42 \r\n"
      "X-Empty:\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->target, "/v1/events?partial=true");
  EXPECT_EQ(head->host, "example.org:8080");
  EXPECT_EQ(head->content_length, 42u);
  EXPECT_TRUE(head->keep_alive);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[1].value, "42");
  EXPECT_EQ(fields[2].value, "");
}

TEST(request_head, keeps_alive_as_the_version_and_connection_say) {
  const auto keeps = [](std::string_view version, std::string_view connection) {
    const auto bytes =
        fmt::format("GET / {}\r\nHost: a\r\nConnection: {}\r\n\r\n", version, connection);
    return parse(bytes).head->keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", "upgrade"));
  EXPECT_FALSE(keeps("HTTP/1.1", "TE, Close"));
  EXPECT_FALSE(keeps("HTTP/1.0", "upgrade"));
  EXPECT_TRUE(keeps("HTTP/1.0", "Keep-Alive"));
  EXPECT_FALSE(keeps("HTTP/1.0", "keep-alive, close"));
}

TEST(request_head, wants_exactly_one_host) {
  EXPECT_EQ(status_of("Host: a\r\n"), 0);
  EXPECT_EQ(status_of(""), 400);
  EXPECT_EQ(status_of("Host: a\r\nhost: a\r\n"), 400);
}

TEST(request_head, leaves_no_doubt_about_the_length_of_the_body) {
  const std::string host = "Host: a\r\n";
  EXPECT_EQ(status_of(host + "Transfer-Encoding: chunked\r\n"), 0);
  EXPECT_EQ(status_of(host + "Transfer-Encoding: Chunked\r\n"), 0);
  for (const char* lines : {
           "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding: identity\r\n",
           "Transfer-Encoding: chunked, identity\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding:\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding : chunked\r\n",
           "Content-Length: 5, 5\r\n",
           "Content-Length: 5\r\nContent-Length: 5\r\n",
           "Content-Length: +5\r\n",
           "Content-Length: -5\r\n",
           "Content-Length: 0x5\r\n",
           "Content-Length: 5 5\r\n",
           "Content-Length:\r\n",
           "Content-Length: 18446744073709551616\r\n",
       })
    EXPECT_EQ(status_of(host + lines), 400) << lines;
  EXPECT_EQ(status_of(host + "Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"), 400);
}

TEST(request_head, accepts_no_folded_or_malformed_line) {
  using namespace std::literals;
  for (const std::string_view lines : {
           "Host: a\r\nX: 1\r\n 2\r\n"sv,
           "Host: a\r\n\tfolded\r\n"sv,
           "Host: a\r\nno colon\r\n"sv,
           "Host: a\r\n: no name\r\n"sv,
           "Host: a\r\nX Y: 1\r\n"sv,
           "Host: a\r\nX : 1\r\n"sv,
           "Host: a\r\nX: \0\r\n"sv,
           "Host: a\r\nX: a\rb\r\n"sv,
           "Host: a\r\nX: \x7f\r\n"sv,
           "Host: a\r\nX: \x1b[0m\r\n"sv,
       })
    EXPECT_EQ(status_of(lines), 400) << lines;
  EXPECT_EQ(status_of("Host: a\r\nX: tab\there, \xc3\xbc\r\n"), 0);
}

TEST(request_head, accepts_only_a_path_as_target) {
  for (const char* start : {
           "GET  / HTTP/1.1",
           "GET /a b HTTP/1.1",
           "GET a HTTP/1.1",
           "GET http://a/ HTTP/1.1",
           "GET /a#b HTTP/1.1",
           "GET /\xc3\xbc HTTP/1.1",
           "GET /\t HTTP/1.1",
           "CONNECT a:1 HTTP/1.1",
           "GET /",
           "GET / HTTP/1",
           "GET / http/1.1",
           "GET / HTTP/1.1 ",
           "G(T / HTTP/1.1",
           " GET / HTTP/1.1",
       })
    EXPECT_EQ(status_of("Host: a\r\n", start), 400) << start;
}

TEST(request_head, tells_other_versions_apart) {
  EXPECT_EQ(status_of("Host: a\r\n", "GET / HTTP/2.0"), 505);
  EXPECT_EQ(status_of("Host: a\r\n", "GET / HTTP/1.2"), 505);
  EXPECT_EQ(status_of("Host: a\r\n", "GET / HTTP/0.9"), 505);
}

TEST(request_head, knows_only_one_expectation) {
  EXPECT_EQ(status_of("Host: a\r\nExpect: 100-Continue\r\n"), 0);
  EXPECT_EQ(status_of("Host: a\r\nExpect: 200-ok\r\n"), 417);
}

TEST(request_head, has_limits) {
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) many += "X: 1\r\n";
  EXPECT_EQ(parse(many + "\r\n", {.headers_max = 100}).head.error().status, 431);
  EXPECT_TRUE(parse(many + "\r\n", {.headers_max = 101}).head);
  const std::string longer = "GET /" + std::string(100, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parse(longer, {.target_bytes_max = 100}).head.error().status, 414);
}

TEST(head_scanner, finds_the_end_wherever_the_bytes_were_cut) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bytes = head + "body\r\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    head_scanner scanner;
    ASSERT_EQ(scanner.scan(std::string_view(bytes).substr(0, cut)), head_end::incomplete);
    ASSERT_EQ(scanner.scan(bytes), head_end::complete);
    EXPECT_EQ(scanner.size(), head.size());
  }
}

TEST(head_scanner, does_not_wait_for_what_can_not_become_a_head) {
  for (const char* bytes : {"GET / HTTP/1.1\nHost", "\r\n", " GET", "\x16\x03\x01", "GET /\r\n\nx"})
    EXPECT_EQ(head_scanner{}.scan(bytes), head_end::malformed) << bytes;
}

}  // namespace
}  // namespace airtrain::http
