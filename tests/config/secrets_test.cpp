#include "tests/config/config_text.hpp"

namespace airtrain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const auth_settings& auth_of(const settings& read) {
  return std::get<http_connector_settings>(read.connectors.at(0).target).auth;
}

TEST(secrets, come_from_the_environment_and_from_files) {
  const auto read = parse_yaml_text(http_connector(
      "    auth: { basic: { user: hms, password: \"${file:secret.txt}-$${x}\" } }\n"));
  ASSERT_TRUE(read.has_value()) << to_string("c", read.error().front());
  const auto& basic = std::get<basic_auth>(auth_of(*read));
  EXPECT_EQ(basic.user, "hms");
  EXPECT_EQ(basic.password.reveal(), "fr0mf1le-${x}");
}

TEST(secrets, those_of_files_can_be_read_again) {
  const auto read = parse_yaml_text(http_connector(
      "    auth: { basic: { user: hms, password: \"a${env:TOKEN}${file:secret.txt}-$${x}\" } }\n"));
  ASSERT_TRUE(read.has_value());
  const auto& old = std::get<basic_auth>(auth_of(*read)).password;
  EXPECT_TRUE(can_be_read_again(old));
  EXPECT_FALSE(can_be_read_again(secret("constant")));
  secret_sources now;
  now.file = [](const std::filesystem::path& file) -> result<std::string, std::string> {
    EXPECT_EQ(file, "/etc/airtrain/secret.txt");
    return std::string("n3w\n");
  };
  const auto again = read_again(old, now);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->reveal(), "as3cr3tn3w-${x}");
  EXPECT_EQ(read_again(*again, now)->reveal(), "as3cr3tn3w-${x}");
  now.file = [](const auto&) { return failure(std::string("gone")); };
  EXPECT_EQ(read_again(old, now).error(), "cannot read /etc/airtrain/secret.txt: gone");
}

TEST(secrets, a_missing_one_is_a_problem_where_it_is_named) {
  EXPECT_THAT(problems_of(http_connector("    auth: { bearer: \"x ${env:TYPO}${file:none}\" }\n")),
              ElementsAre(HasSubstr("6:24: the environment variable `TYPO` is not set"),
                          HasSubstr("6:35: cannot read none: No such file")));
}

TEST(secrets, expressions_are_no_secrets) {
  EXPECT_THAT(problems_of(http_connector("    auth: { bearer: \"${data.token}\" }\n")),
              ElementsAre(HasSubstr("only ${env:NAME} and ${file:PATH}")));
}

TEST(secrets, one_with_a_line_break_would_forge_headers_and_is_refused_unshown) {
  const auto problems = problems_of(http_connector("    auth: { bearer: \"${env:BROKEN}\" }\n"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("holds control characters")));
  EXPECT_THAT(problems[0], testing::Not(HasSubstr("s3cr3t")));
}

TEST(secrets, no_problem_message_repeats_a_value_of_auth_or_keys) {
  const std::string digits(40, '7');
  for (const std::string& text :
       {http_connector("    auth: { bearer: " + digits + " }\n"),
        http_connector("    auth: { bearer: [" + digits + "] }\n"),
        http_connector("    auth: { bearer: \"" + digits + "${oops\" }\n"),
        http_connector("    auth: { basic: { user: u, password: " + digits + " } }\n"),
        http_connector("    auth: { basic: \"u:" + digits + "\" }\n"),
        http_connector("    auth: { api_key: { header: \"X Y\", value: \"" + digits + "\" } }\n"),
        std::string("http: { keys: [ { name: a, sha256: \"") + digits +
            "\", scopes: [read] } ] }\n",
        std::string("http: { keys: [ \"") + digits + "\" ] }\n"}) {
    const auto problems = problems_of(text);
    EXPECT_FALSE(problems.empty()) << text;
    for (const std::string& p : problems) EXPECT_THAT(p, testing::Not(HasSubstr(digits)));
  }
}

TEST(secrets, one_way_of_authentication_only) {
  EXPECT_THAT(problems_of(http_connector("    auth: { bearer: \"a\", basic: { user: u, password: "
                                         "\"p\" } }\n")),
              ElementsAre(HasSubstr("one way of authentication")));
}

}  // namespace
}  // namespace airtrain
