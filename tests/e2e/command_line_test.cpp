#include <gmock/gmock.h>

#include "tests/e2e/running_service.hpp"
#include "tests/http/test_certificates.hpp"
#include "tests/wire/plain_client.hpp"

// What a first user types, and what is answered.

namespace airtrain::e2e {
namespace {

using ::testing::HasSubstr;

class command_line : public testing::Test {
 protected:
  /// The exit code; `said` is its output and errors.
  int run(const std::vector<std::string>& words) {
    process client{folder.path(), words};
    const int code = client.wait();
    said = client.output() + client.errors();
    return code;
  }
  int check(std::string_view config) {
    return run({"check", "-c", write_file(folder.path() / "airtrain.yaml", config).string()});
  }

  temporary_folder folder;
  std::string said;
};

TEST_F(command_line, an_unknown_command_is_wrong_also_when_it_asks_for_help) {
  EXPECT_EQ(run({"statsu", "--help"}), 2);
  EXPECT_THAT(said, HasSubstr("did you mean `status`?"));
  EXPECT_EQ(run({"dead-letters", "lsit", "--help"}), 2);
  EXPECT_THAT(said, HasSubstr("did you mean `dead-letters list`?"));
  EXPECT_EQ(run({"dead-letters", "--help"}), 0);
  EXPECT_THAT(said, HasSubstr("dead-letters replay"));
}

TEST_F(command_line, values_that_cannot_be_are_its_users_mistake) {
  EXPECT_EQ(run({"status", "--url", "nowhere"}), 2);
  EXPECT_EQ(run({"status", "--url", "http://127.0.0.1:1", "--cert", "me.pem"}), 2);
  EXPECT_THAT(said, HasSubstr("--cert has no effect"));
  EXPECT_EQ(run({"status", "--url", "https://127.0.0.1:1", "--ca", "missing.pem"}), 2);
  EXPECT_THAT(said, HasSubstr("missing.pem"));
  EXPECT_EQ(run({"deliveries", "list", "--state", "wating"}), 2);
  EXPECT_THAT(said, HasSubstr("did you mean `waiting`?"));
  EXPECT_EQ(run({"dead-letters", "list", "--group", "first"}), 2);
  EXPECT_EQ(run({"why", "e1", "payroll", "--part", "-1"}), 2);
  EXPECT_EQ(run({"status", "--url", "http://127.0.0.1:1"}), 1) << "that nobody is there is not";
}

TEST_F(command_line, check_opens_what_serve_would_open_and_says_where_it_is_named) {
  write_file(folder.path() / "not-a-folder", "");
  write_file(folder.path() / "empty.pem", "");
  EXPECT_EQ(check("data_dir: not-a-folder\n"
                  "http:\n"
                  "  tls: { cert: gone.pem, key: empty.pem }\n"
                  "connectors:\n"
                  "  payroll:\n"
                  "    type: http\n"
                  "    events: [a]\n"
                  "    request: { url: https://payroll.example.org/ }\n"
                  "    tls: { ca: empty.pem }\n"
                  "  journal: { type: file, events: [a], path: nowhere/journal }\n"),
            1);
  EXPECT_THAT(said, HasSubstr("airtrain.yaml:1:11: " + (folder.path() / "not-a-folder").string() +
                              " is not a folder (data_dir)"));
  EXPECT_THAT(said, HasSubstr("airtrain.yaml:3:16: "));
  EXPECT_THAT(said, HasSubstr("gone.pem can't be read: No such file"));
  EXPECT_THAT(said, HasSubstr("airtrain.yaml:3:31: can't use the key in"));
  EXPECT_THAT(said, HasSubstr("airtrain.yaml:9:16: can't read certificates from"));
  EXPECT_THAT(said, HasSubstr("airtrain.yaml:10:45: there is no folder"));
}

TEST_F(command_line, check_knows_a_key_that_is_not_the_certificates) {
  const http::testing::test_authority authority;
  const http::testing::certificate_files one{authority.sign("DNS:one")};
  const http::testing::certificate_files other{authority.sign("DNS:other")};
  const auto with = [&](const std::string& key) {
    return "http:\n  tls: { cert: \"" + one.certificate() + "\", key: \"" + key +
           "\" }\nconnectors:\n  journal: { type: file, events: [a], path: j }\n";
  };
  EXPECT_EQ(check(with(one.key())), 0) << said;
  EXPECT_EQ(check(with(other.key())), 1);
  EXPECT_THAT(said, HasSubstr("is not the key of"));
}

TEST_F(command_line, a_list_that_stops_says_so_and_how_to_go_on) {
  write_file(folder.path() / "airtrain.yaml",
             config_with("  journal: { type: file, events: [\"*\"], path: ./journal }\n"));
  running_service service{folder.path()};
  const auto url = "http://127.0.0.1:" + std::to_string(service.port());
  wire::plain_client producer{service.port()};
  ASSERT_EQ(producer.post_json("/v1/events", R"([{"type":"a"},{"type":"a"},{"type":"a"}])").status,
            202);
  EXPECT_EQ(run({"events", "list", "--limit", "2", "--url", url}), 0);
  EXPECT_THAT(said, HasSubstr("there are more: --limit"));
  EXPECT_EQ(run({"events", "list", "--limit", "3", "--url", url}), 0);
  EXPECT_THAT(said, ::testing::Not(HasSubstr("there are more")));
}

TEST_F(command_line, an_orphan_that_is_paused_is_said_to_be_one) {
  const auto connector = [](const std::string& name) {
    return config_with("  " + name + ": { type: file, events: [\"*\"], path: ./journal }\n");
  };
  write_file(folder.path() / "airtrain.yaml", connector("journal"));
  {
    running_service before{folder.path()};
    before.self().signal(SIGTERM);
    EXPECT_EQ(before.self().wait(), 0);
  }
  write_file(folder.path() / "airtrain.yaml", connector("diary"));
  running_service service{folder.path()};
  EXPECT_EQ(
      run({"pause", "journal", "--url", "http://127.0.0.1:" + std::to_string(service.port())}), 1);
  EXPECT_THAT(said, HasSubstr("not in the configuration"));
}

}  // namespace
}  // namespace airtrain::e2e
