#include <gmock/gmock.h>

#include "http/client.hpp"
#include "http/host_check.hpp"

namespace airtrain::http {
namespace {

TEST(parse_origin, takes_an_origin_apart) {
  const auto plain = parse_origin("http://payroll.example.org");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->host, "payroll.example.org");
  EXPECT_EQ(plain->port, 80);
  const auto secure = parse_origin("https://[::1]:8443");
  ASSERT_TRUE(secure);
  EXPECT_TRUE(secure->tls);
  EXPECT_EQ(secure->host, "::1");
  EXPECT_EQ(secure->port, 8443);
  EXPECT_EQ(parse_origin("https://a")->port, 443);
}

TEST(parse_origin, tells_what_is_wrong) {
  for (const char* text :
       {"", "ftp://a", "//a", "http://", "http://:80", "http://a:", "http://a:0", "http://a:65536",
        "http://a:8x", "http://a/", "http://a?b", "http://u:p@a", "http://[::1", "http://[::1]x",
        "http://a b", "http://a\r\nb", "http://[]"}) {
    const auto parsed = parse_origin(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), ::testing::HasSubstr(": "));
  }
}

TEST(host_check, knows_loopback_the_listen_address_and_what_it_is_told) {
  const host_check check("10.0.0.7", {"Events.example.org", "other:8080"});
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:80", "127.1.2.3", "[::1]:8080",
                           "10.0.0.7", "10.0.0.7:8080", "events.EXAMPLE.org:99", "other"})
    EXPECT_TRUE(check.knows(host)) << host;
  for (const char* host : {"", "10.0.0.8", "evil.org", "localhost.evil.org", "127.0.0.1.evil.org",
                           "localhost:x", "[::1", "[::1]x", "localhost:"})
    EXPECT_FALSE(check.knows(host)) << host;
}

TEST(host_check, an_origin_is_its_host_with_a_scheme) {
  EXPECT_TRUE(origin_is("http://a:8080", "a:8080"));
  EXPECT_TRUE(origin_is("https://A", "a"));
  EXPECT_FALSE(origin_is("http://a", "a:8080"));
  EXPECT_FALSE(origin_is("null", "null"));
  EXPECT_FALSE(origin_is("file://a", "a"));
}

}  // namespace
}  // namespace airtrain::http
