#include "tests/config/config_text.hpp"

namespace airtrain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view one_key =
    "  keys: [ { name: a, scopes: [ingest], sha256: "
    "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\" } ]\n";

std::string http(std::string_view listen, std::string_view more = "") {
  return "http:\n  listen: \"" + std::string(listen) + "\"\n" + std::string(more);
}

TEST(exposure, loopback_needs_nothing) {
  for (const char* listen : {"127.0.0.1:8080", "127.9.9.9:0", "[::1]:8080", "localhost:80"})
    EXPECT_THAT(problems_of(http(listen)), ElementsAre()) << listen;
}

TEST(exposure, localhost_is_listened_to_by_its_address) {
  const auto read = parse_yaml_text(http("localhost:80"));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->http.listen, "127.0.0.1:80");
}

TEST(exposure, beyond_loopback_keys_and_encryption_are_required) {
  for (const char* listen : {"0.0.0.0:8080", "[::]:8080", "192.168.1.5:80"}) {
    EXPECT_THAT(problems_of(http(listen)),
                ElementsAre(HasSubstr("2:12: others than this machine")));
    EXPECT_EQ(problems_of(http(listen, one_key)).size(), 1u);
    const std::string proxy = std::string(one_key) + "  behind_proxy: true\n  hosts: [a.example]\n";
    EXPECT_THAT(problems_of(http(listen, proxy)), ElementsAre());
    const std::string tls = "  tls: { cert: cert.pem, key: key.pem }\n";
    EXPECT_THAT(problems_of(http(listen, std::string(one_key) + tls)), ElementsAre());
    EXPECT_EQ(problems_of(http(listen, tls)).size(), 1u);
    EXPECT_THAT(problems_of(http(listen, "  insecure: true\n")), ElementsAre());
  }
}

TEST(exposure, a_proxy_needs_keys_and_hosts_wherever_it_listens) {
  EXPECT_THAT(problems_of(http("127.0.0.1:8080", "  behind_proxy: true\n")),
              ElementsAre(HasSubstr("needs `keys`"), HasSubstr("needs `hosts`")));
}

TEST(exposure, an_address_must_be_one) {
  for (const char* listen :
       {"8080", ":8080", "example.org:80", "127.0.0.1", "127.0.0.1:99999", "::1:8080", "127.1:80"})
    EXPECT_THAT(problems_of(http(listen)), ElementsAre(HasSubstr("must be an address and a port")))
        << listen;
}

}  // namespace
}  // namespace airtrain
