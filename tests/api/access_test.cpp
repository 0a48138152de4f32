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
  const access_list list{{}};
  for (auto what : {scope::ingest, scope::read, scope::payload, scope::operate}) {
    const auto in = list.admit({}, what);
    EXPECT_FALSE(in.refused);
    EXPECT_EQ(in.who.name, "loopback");
    EXPECT_EQ(in.who.source, "/airtrain");
  }
}

TEST(access_list, knows_a_key_by_either_header) {
  const access_list list{two_keys};
  for (const auto& request :
       {with("Authorization", "Bearer sesame"), with("Authorization", "bearer sesame"),
        with("X-API-Key", "sesame")}) {
    const auto in = list.admit(request, scope::ingest);
    EXPECT_FALSE(in.refused);
    EXPECT_EQ(in.who.name, "hms");
    EXPECT_EQ(in.who.source, "hms");
  }
}

TEST(access_list, gives_a_key_its_own_scopes_only) {
  const access_list list{two_keys};
  const auto desk = with("X-API-Key", "swordfish");
  EXPECT_FALSE(list.admit(desk, scope::read).refused);
  EXPECT_FALSE(list.admit(desk, scope::operate).refused);
  for (auto what : {scope::ingest, scope::payload}) {
    const auto in = list.admit(desk, what);
    ASSERT_TRUE(in.refused);
    EXPECT_EQ(in.refused->code, problem_code::scope_missing);
    EXPECT_EQ(in.who.name, "desk");
  }
}

TEST(access_list, with_keys_lets_nobody_in_without_one) {
  const access_list list{two_keys};
  const auto refusal_of = [&list](const http::request& request) {
    return list.admit(request, scope::read).refused->code;
  };
  EXPECT_EQ(refusal_of({}), problem_code::key_required);
  EXPECT_EQ(refusal_of(with("Authorization", "Basic sesame")), problem_code::key_required);
  EXPECT_EQ(refusal_of(with("X-API-Key", "sesam")), problem_code::key_unknown);
  // The digest is not the key.
  EXPECT_EQ(refusal_of(with("X-API-Key", two_keys[0].sha256)), problem_code::key_unknown);
}

}  // namespace
}  // namespace airtrain::api
