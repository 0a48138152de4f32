#include "api/access.hpp"

#include <gtest/gtest.h>

namespace airtrain::api {
namespace {

// Digests of "sesame" and "swordfish".
const std::vector<api_key_settings> two_keys{
    {"hms", "d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272", {"ingest"}},
    {"desk",
     "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799",
     {"read", "operate"}}};

http::request with(std::string_view name, std::string_view value) {
  http::request request;
  request.headers.push_back({name, value});
  return request;
}

TEST(access_list, without_keys_lets_everybody_do_everything) {
  const auto who = access_list{{}}.identify({});
  ASSERT_TRUE(who.has_value());
  EXPECT_EQ(who->name, "loopback");
  EXPECT_EQ(who->source, "/airtrain");
  for (auto what : {scope::ingest, scope::read, scope::payload, scope::operate})
    EXPECT_TRUE(who->may(what));
}

TEST(access_list, knows_a_key_by_either_header) {
  const access_list list{two_keys};
  for (const auto& request :
       {with("Authorization", "Bearer sesame"), with("Authorization", "bearer sesame"),
        with("X-API-Key", "sesame")}) {
    const auto who = list.identify(request);
    ASSERT_TRUE(who.has_value());
    EXPECT_EQ(who->name, "hms");
    EXPECT_EQ(who->source, "hms");
  }
}

TEST(access_list, gives_a_key_its_own_scopes_only) {
  const auto who = access_list{two_keys}.identify(with("X-API-Key", "swordfish"));
  ASSERT_TRUE(who.has_value());
  EXPECT_TRUE(who->may(scope::read));
  EXPECT_TRUE(who->may(scope::operate));
  EXPECT_FALSE(who->may(scope::ingest));
  EXPECT_FALSE(who->may(scope::payload));
}

TEST(access_list, with_keys_lets_nobody_in_without_one) {
  const access_list list{two_keys};
  EXPECT_EQ(list.identify({}).error().code, problem_code::key_required);
  EXPECT_EQ(list.identify(with("Authorization", "Basic sesame")).error().code,
            problem_code::key_required);
  EXPECT_EQ(list.identify(with("X-API-Key", "sesam")).error().code, problem_code::key_unknown);
  // The digest is not the key.
  EXPECT_EQ(list.identify(with("X-API-Key", two_keys[0].sha256)).error().code,
            problem_code::key_unknown);
}

}  // namespace
}  // namespace airtrain::api
