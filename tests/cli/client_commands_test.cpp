#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "cli/api_client.hpp"
#include "cli/commands.hpp"
#include "http/server.hpp"

namespace airtrain::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A service that gives prepared answers in turn, then the last one for ever.
class scripted_service {
 public:
  explicit scripted_service(std::vector<http::response> answers)
      : answers_(std::move(answers)),
        server_(pool_, {}, [this](const auto& asked, auto answer) { answer.send(take(asked)); }) {
    const auto started = server_.start();
    EXPECT_TRUE(started.has_value()) << (started ? "" : started.error());
  }
  ~scripted_service() { server_.stop(); }

  /// What a command is given when it is run against this service.
  arguments given(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", fmt::format("http://127.0.0.1:{}", server_.port())});
    const command any{"any",
                      "",
                      {{"WHAT", false, true}},
                      with_client_options({{"--retry-for", "TIME", ""},
                                           {"--connector", "NAME", ""},
                                           {"--all", "", ""},
                                           {"--dry-run", "", ""},
                                           {"--limit", "N", ""}})};
    const auto parsed = parse_arguments(any, words);
    EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error());
    return *parsed;
  }
  /// "METHOD TARGET BODY" of each request.
  std::vector<std::string> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }
  std::vector<std::string> keys() const {
    const std::scoped_lock lock(mutex_);
    return keys_;
  }

 private:
  http::response take(const http::request& asked) {
    const std::scoped_lock lock(mutex_);
    asked_.push_back(fmt::format("{} {} {}", asked.method, asked.target, asked.body));
    keys_.emplace_back(asked.get("idempotency-key"));
    return answers_[std::min(next_++, answers_.size() - 1)];
  }

  std::vector<http::response> answers_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::vector<std::string> keys_;
  std::size_t next_ = 0;
  http::io_pool pool_{1};
  http::server server_;
};

http::response answer(int status, std::string body) {
  http::response made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

/// What a command printed, and its exit code.
struct outcome {
  int code = -1;
  std::string out;
  std::string err;
};
outcome run(int (*what)(const arguments&), const arguments& given) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  outcome made;
  made.code = what(given);
  made.out = ::testing::internal::GetCapturedStdout();
  made.err = ::testing::internal::GetCapturedStderr();
  return made;
}

class client_commands : public ::testing::Test {
 protected:
  std::string file(std::string_view text) {
    const auto path = std::filesystem::path(::testing::TempDir()) /
                      fmt::format("airtrain-cli-{}-{}.ndjson", getpid(), files_.size());
    std::ofstream(path) << text;
    files_.push_back(path);
    return path.string();
  }
  void TearDown() override {
    for (const auto& path : files_) std::filesystem::remove(path);
  }

 private:
  std::vector<std::filesystem::path> files_;
};

TEST_F(client_commands, send_repeats_what_a_busy_service_refused_under_the_same_key) {
  scripted_service service({answer(503, R"({"code":"draining"})"),
                            answer(202, R"({"accepted":2,"events":[{"id":"a","duplicate":false},)"
                                        R"({"id":"b","duplicate":true}]})")});
  const auto name = file("{\"type\":\"x\",\"id\":\"a\"}\n{\"type\":\"x\",\"id\":\"b\"}\n");
  const outcome sent = run(run_send, service.given({name}));
  EXPECT_EQ(sent.code, exit_done) << sent.err;
  EXPECT_EQ(sent.out, "1 accepted, 1 known already, 0 refused\n");
  ASSERT_EQ(service.keys().size(), 2u);
  EXPECT_EQ(service.keys()[0], service.keys()[1]);
  EXPECT_FALSE(service.keys()[0].empty());
}

TEST_F(client_commands, send_gives_the_same_file_the_same_keys_and_other_content_others) {
  scripted_service service({answer(202, R"({"accepted":1,"events":[{"id":"a"}]})")});
  const auto one = file("{\"type\":\"x\"}\n");
  const auto other = file("{\"type\":\"y\"}\n");
  for (const auto& name : {one, one, other})
    EXPECT_EQ(run(run_send, service.given({name})).code, exit_done);
  const auto keys = service.keys();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_NE(keys[0], keys[2]);
}

TEST_F(client_commands, send_drops_the_bad_events_of_a_batch_and_says_which_line) {
  scripted_service service(
      {answer(400, R"({"code":"missing_type","detail":"no type","errors":)"
                   R"([{"index":1,"status":400,"code":"missing_type","detail":"no type"}]})"),
       answer(202, R"({"accepted":2,"events":[{"id":"a"},{"id":"c"}]})")});
  const auto name = file("{\"type\":\"x\"}\n\n{}\n{\"type\":\"z\"}\n");
  const outcome sent = run(run_send, service.given({name}));
  EXPECT_EQ(sent.code, exit_failed);
  EXPECT_THAT(sent.err, HasSubstr(name + ": line 3: missing_type: no type"));
  EXPECT_EQ(sent.out, "2 accepted, 0 known already, 1 refused\n");
  EXPECT_THAT(service.asked().back(), HasSubstr("{\"type\":\"x\"}\n{\"type\":\"z\"}\n"));
}

TEST_F(client_commands, send_ends_when_nothing_can_be_taken) {
  scripted_service service({answer(401, R"({"code":"key_required","detail":"send a key"})")});
  const outcome sent = run(run_send, service.given({file("{\"type\":\"x\"}\n")}));
  EXPECT_EQ(sent.code, exit_failed);
  EXPECT_THAT(sent.err, HasSubstr("key_required: send a key"));
  EXPECT_EQ(service.asked().size(), 1u);
}

TEST_F(client_commands, send_gives_up_after_the_time_it_was_given) {
  scripted_service service({answer(503, R"({"code":"disk_full","detail":"full"})")});
  const outcome sent =
      run(run_send, service.given({file("{\"type\":\"x\"}\n"), "--retry-for", "1ms"}));
  EXPECT_EQ(sent.code, exit_failed);
  EXPECT_THAT(sent.err, HasSubstr("disk_full: full"));
}

TEST_F(client_commands, a_table_never_shows_what_a_target_said_raw) {
  scripted_service service(
      {answer(200, R"({"items":[{"name":"payroll","state":"open","reason":"broken",)"
                   R"("breaker":{"state":"open"},"backlog":7,"oldest_pending_seconds":90,)"
                   R"("in_flight":3,"concurrency_limit":12,)"
                   R"("last_error":{"class":"retry","status":503,"message":"a\u001b[31mb"}}],)"
                   R"("next":null})")});
  const outcome shown = run(run_status, service.given({}));
  EXPECT_EQ(shown.code, exit_done) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("open (broken)"));
  EXPECT_THAT(shown.out, HasSubstr("90s"));
  EXPECT_THAT(shown.out, HasSubstr(" 3/12 "));
  EXPECT_THAT(shown.out, HasSubstr("retry 503 a\\u001b[31mb"));
  EXPECT_THAT(shown.out, Not(HasSubstr("\x1b")));
}

TEST_F(client_commands, lists_are_read_page_by_page) {
  scripted_service service({answer(200, R"({"items":[{"id":"1"}],"next":"a/b"})"),
                            answer(200, R"({"items":[{"id":"2"}],"next":null})"),
                            answer(200, R"({"items":[{"id":"3"}],"next":null})")});
  const outcome shown =
      run(run_dead_letters_list, service.given({"--connector", "pay roll", "--json"}));
  EXPECT_EQ(shown.out, "{\"items\":[{\"id\":\"1\"},{\"id\":\"2\"},{\"id\":\"3\"}]}\n");
  EXPECT_THAT(service.asked(),
              ElementsAre("GET /v1/dead-letters?limit=100&connector=pay%20roll ",
                          "GET /v1/dead-letters?limit=99&connector=pay%20roll&next=a%2Fb ",
                          "GET /v1/dead-letters?limit=98&connector=pay%20roll&state=expired "));
}

TEST_F(client_commands, a_bulk_action_needs_a_selection_and_follows_its_pages) {
  scripted_service service(
      {answer(200, R"({"matched":2,"done":2,"refused":[],"next":"n"})"),
       answer(
           200,
           R"({"matched":1,"done":0,"refused":[{"id":"7","code":"would_reorder"}],"next":null})")});
  EXPECT_EQ(run(run_dead_letters_replay, service.given({})).code, exit_usage);
  EXPECT_EQ(run(run_dead_letters_replay, service.given({"7", "--connector", "a"})).code,
            exit_usage);
  EXPECT_THAT(service.asked(), ElementsAre());
  const outcome done = run(run_dead_letters_replay, service.given({"--connector", "a\"b"}));
  EXPECT_EQ(done.code, exit_failed);
  EXPECT_EQ(done.out, "2 of 3 replayed\nrefused 7: would_reorder\n");
  EXPECT_THAT(
      service.asked(),
      ElementsAre("POST /v1/dead-letters/replay {\"filter\":{\"connector\":\"a\\\"b\"}}",
                  "POST /v1/dead-letters/replay {\"filter\":{\"connector\":\"a\\\"b\"},\"next\":"
                  "\"n\"}"));
}

TEST_F(client_commands, deliveries_are_changed_by_ids_or_filter) {
  const scripted_service service(
      {answer(200, R"({"matched":2,"done":2,"refused":[],"next":null})")});
  EXPECT_EQ(run(run_deliveries_discard, service.given({})).code, exit_usage);
  EXPECT_EQ(run(run_deliveries_retry, service.given({"--connector", "a"})).out, "2 of 2 retried\n");
  run(run_deliveries_discard, service.given({"1.2.0", "1.3.0"}));
  run(run_deliveries_dead_letter, service.given({"--all"}));
  run(run_rerender, service.given({"pay roll", "1.2.0"}));
  EXPECT_THAT(service.asked(),
              ElementsAre(R"(POST /v1/deliveries/retry {"filter":{"connector":"a"}})",
                          R"(POST /v1/deliveries/discard {"ids":["1.2.0","1.3.0"]})",
                          R"(POST /v1/deliveries/dead-letter {"filter":{}})",
                          R"(POST /v1/connectors/pay%20roll/rerender {"ids":["1.2.0"]})"));
}

TEST_F(client_commands, a_dry_run_counts_what_would_be_done) {
  const scripted_service service({answer(
      200, R"({"matched":3,"done":0,"refused":[{"id":"7","code":"would_reorder"}],"next":null})")});
  const outcome would = run(run_dead_letters_replay, service.given({"--all", "--dry-run"}));
  EXPECT_EQ(would.out, "2 would be replayed; nothing was done\nrefused 7: would_reorder\n");
}

TEST_F(client_commands, why_tells_what_a_delivery_waits_for) {
  const scripted_service service({answer(
      200, R"({"state":"waiting","reason":"reset","waits_for":[{"what":"retry","id":null,)"
           R"("until":"2026-03-01T08:00:00.000Z"},{"what":"lane","id":"4.0","until":null}],)"
           R"("earliest":"2026-03-01T08:00:00.000Z"})")});
  const outcome told = run(run_why, service.given({"S-17", "payroll"}));
  EXPECT_EQ(told.code, exit_done);
  EXPECT_EQ(told.out,
            "waiting (reset)\n  waits for retry, until 2026-03-01T08:00:00.000Z\n"
            "  waits for lane 4.0\n  not before 2026-03-01T08:00:00.000Z\n");
  EXPECT_THAT(service.asked(), ElementsAre("GET /v1/deliveries/S-17/payroll/why "));
}

TEST_F(client_commands, a_breaker_is_commanded_by_the_words_of_the_api) {
  scripted_service service({answer(200, "{}")});
  EXPECT_EQ(run(run_breaker, service.given({"a/b", "open"})).code, exit_done);
  EXPECT_EQ(run(run_breaker, service.given({"a", "shut"})).code, exit_usage);
  EXPECT_THAT(service.asked(),
              ElementsAre("POST /v1/connectors/a%2Fb/breaker {\"state\":\"forced_open\"}"));
}

TEST_F(client_commands, a_service_that_is_not_there_is_named) {
  const command any{"any", "", {}, with_client_options({})};
  const std::vector<std::string> words{"--url", "http://127.0.0.1:1"};
  const outcome shown = run(run_status, *parse_arguments(any, words));
  EXPECT_EQ(shown.code, exit_failed);
  EXPECT_THAT(shown.err, HasSubstr("http://127.0.0.1:1"));
}

}  // namespace
}  // namespace airtrain::cli
