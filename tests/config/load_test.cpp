#include "config/load.hpp"

#include "tests/config/config_text.hpp"

namespace airtrain {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(load, every_option_reaches_the_settings) {
  const auto read = parse_yaml_text(R"(
data_dir: data
http:
  listen: 127.0.0.1:0
  max_body: 2MiB
  threads: 3
  keys:
    - { name: hms, sha256: "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", scopes: [ingest, read] }
connectors:
  payroll:
    type: http
    events: [staff_schedule_updated, "shift_*"]
    when: data.dept == "nursing"
    request:
      method: PUT
      url: https://payroll.example.gov/employees/${data.employee_id}/shifts
      headers: { X-Agency: va }
      body:
        employeeNumber: ${data.employee_id}
        note: "shift for ${data.employee_id}"
    answers:
      - { status: 409, is: delivered }
      - { status: [5xx, "420-423"], is: retry, scope: connector }
    auth: { bearer: "${env:TOKEN}" }
    tls: { ca: payroll-ca.pem }
    timeout: 10s
    concurrency: 4
    rate_limit: 30/m
    retry: { initial: 2s, max: 5m }
    breaker: { consecutive: 3, failure_rate: 0.25 }
    reject_guard: 0
    ordering: { key: data.employee_id, on_dead_letter: stop }
    idempotency: { header: X-Request-Id }
  journal:
    type: file
    events: ["*"]
    path: ./journal.ndjson
    rotate: { size: 1MiB, keep: 2 }
unrouted: reject
retention: { delivered: 1d, dead_letters: 30d }
reserve: 2%
drain_timeout: 35s
actor_threads: 2
cores: 0-2,7
)");
  ASSERT_TRUE(read.has_value()) << to_string("c", read.error().front());
  EXPECT_EQ(read->data_dir, "/etc/airtrain/data");
  EXPECT_EQ(read->http.max_body, 2u << 20);
  EXPECT_EQ(read->http.threads, 3u);
  EXPECT_EQ(read->http.keys.at(0).sha256.substr(0, 8), "9f86d081");
  EXPECT_EQ(read->unrouted, unrouted_policy::reject);
  EXPECT_EQ(read->retention_dead_letters, 720h);
  EXPECT_DOUBLE_EQ(read->reserve_share, 0.02);
  EXPECT_EQ(read->drain_timeout, 35s);
  EXPECT_EQ(read->actor_threads, 2u);
  EXPECT_THAT(read->cores, ElementsAre(0, 1, 2, 7));

  ASSERT_EQ(read->connectors.size(), 2u);
  const connector_settings& payroll = read->connectors[0];
  EXPECT_EQ(payroll.name, "payroll");
  EXPECT_THAT(payroll.events, ElementsAre("staff_schedule_updated", "shift_*"));
  EXPECT_TRUE(payroll.when.has_value());
  EXPECT_TRUE(payroll.ordering_key.has_value());
  EXPECT_TRUE(payroll.dispatch.ordered);
  EXPECT_EQ(payroll.dispatch.dead_letter, on_dead_letter::stop);
  EXPECT_EQ(payroll.dispatch.concurrency, 4u);
  EXPECT_EQ(payroll.dispatch.rate_per_second, 0.5);
  EXPECT_EQ(payroll.dispatch.attempt_timeout, 10s);
  EXPECT_EQ(payroll.dispatch.retry.max, 5min);
  EXPECT_EQ(payroll.dispatch.breaker.consecutive, 3u);
  EXPECT_EQ(payroll.dispatch.reject_guard, 0u);
  const auto& http = std::get<http_connector_settings>(payroll.target);
  EXPECT_EQ(http.origin, "https://payroll.example.gov:443");
  EXPECT_EQ(http.request.method, "PUT");
  EXPECT_TRUE(http.request.body.has_value());
  EXPECT_EQ(http.timeout, 10s);
  EXPECT_EQ(http.ca, "/etc/airtrain/payroll-ca.pem");
  EXPECT_EQ(http.idempotency_header, "X-Request-Id");
  EXPECT_EQ(std::get<bearer_auth>(http.auth).token.reveal(), "s3cr3t");
  ASSERT_EQ(http.answers.size(), 3u);
  EXPECT_EQ(http.answers[1].status_first, 500);
  EXPECT_EQ(http.answers[1].status_last, 599);
  EXPECT_EQ(http.answers[2].status_first, 420);
  EXPECT_EQ(http.answers[2].scope, failure_scope::connector);
  const auto& file = std::get<file_connector_settings>(read->connectors[1].target);
  EXPECT_EQ(file.path, "/etc/airtrain/journal.ndjson");
  EXPECT_EQ(file.rotate_keep, 2u);
}

TEST(load, an_omitted_option_has_its_default) {
  const auto read = parse_yaml_text("connectors: {}\n");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->http.listen, "127.0.0.1:8080");
  EXPECT_EQ(read->data_dir, "/etc/airtrain/data");
  EXPECT_EQ(read->drain_timeout, std::nullopt);
}

TEST(load, defaults_hold_unless_a_connector_says_otherwise) {
  const auto read = parse_yaml_text(http_connector("    retry: { initial: 2s }\n") +
                                    "defaults: { timeout: 5s, retry: { max: 1m, initial: 3s } }\n");
  ASSERT_TRUE(read.has_value()) << to_string("c", read.error().front());
  const dispatch_options& dispatch = read->connectors.at(0).dispatch;
  EXPECT_EQ(dispatch.attempt_timeout, 5s);
  EXPECT_EQ(dispatch.retry.initial, 2s);
  EXPECT_EQ(dispatch.retry.max, 1min);
}

TEST(load, defaults_of_one_type_do_not_hurt_another) {
  const auto read = parse_yaml_text(
      "defaults: { tls: { ca: ca.pem }, type: file }\n"
      "connectors:\n  a: { events: [x], path: a.ndjson }\n");
  ASSERT_TRUE(read.has_value()) << to_string("c", read.error().front());
  EXPECT_EQ(read->connectors.at(0).type, "file");
}

TEST(load, every_problem_is_reported_in_the_order_of_the_file) {
  EXPECT_THAT(
      problems_of("htp:\n"
                  "  listen: 127.0.0.1:1\n"
                  "connectors:\n"
                  "  payroll:\n"
                  "    type: http\n"
                  "    events: [\"a*b\"]\n"
                  "    request: { url: \"https://x.example/\" }\n"
                  "    timeout: 30\n"
                  "    retry: { inital: 1s, max: 400d }\n"
                  "unrouted: rejct\n"),
      ElementsAre("1:1: unknown option, did you mean `http`? (htp)",
                  HasSubstr("6:16: a * stands only at the end"), HasSubstr("8:14: not a duration"),
                  "9:14: unknown option, did you mean `initial`? "
                  "(connectors.payroll.retry.inital)",
                  "9:31: must be 100ms to 7d (connectors.payroll.retry.max)",
                  "10:11: must be one of accept, reject, did you mean `reject`? "
                  "(unrouted)"));
}

TEST(load, a_missing_required_option_is_named) {
  EXPECT_THAT(problems_of("connectors:\n  a: { type: http }\n"),
              testing::UnorderedElementsAre(HasSubstr("2:6: `events` is missing"),
                                            HasSubstr("2:6: `request.url` is missing")));
}

TEST(load, options_of_later_versions_are_refused_not_ignored) {
  const std::string text = http_connector(
      "    batch: { max: 100 }\n"
      "    auth: { oauth2: { token_url: x } }\n"
      "    answers: [ { status: 200, is: reject, when: x } ]\n"
      "    tls: { cert: c.pem }\n"
      "    signature: standard-webhooks\n"
      "  diary: { type: caldav, events: [x] }\n"
      "  known: { preset: kimai, type: file, path: x, events: [x] }\n"
      "store: { postgres: \"${env:TOKEN}\" }\n"
      "cluster: { node: a }\n");
  const auto problems = problems_of(text);
  EXPECT_EQ(problems.size(), 9u);
  for (const std::string& p : problems)
    EXPECT_THAT(p, HasSubstr("not supported yet by this version"));
}

TEST(load, cores_are_numbers_and_ranges) {
  EXPECT_THAT(parse_yaml_text(http_connector("") + "cores: 3\n")->cores, ElementsAre(3));
  for (const auto* wrong : {"''", "1,,2", "3-1", "a", "0-", "1024", "-1", "[1, 2]", "1 2"})
    EXPECT_THAT(problems_of(http_connector("") + "cores: " + wrong + "\n"),
                ElementsAre(HasSubstr("must name cores, such as 0-3,8")))
        << wrong;
}

TEST(load, concurrency_is_a_number_or_learnt) {
  const auto dispatch_of = [](const std::string& value) {
    const auto read = parse_yaml_text(http_connector("    concurrency: " + value + "\n") +
                                      "defaults: { concurrency: { adaptive: true, max: 64 } }\n");
    EXPECT_TRUE(read.has_value()) << to_string("c", read.error().front());
    return read->connectors.at(0).dispatch;
  };
  const auto learnt = dispatch_of("{ adaptive: true, max: 32, min: 2, initial: 4 }");
  EXPECT_EQ(learnt.concurrency, 32u);
  EXPECT_TRUE(learnt.adaptive.on);
  EXPECT_EQ(learnt.adaptive.min, 2u);
  EXPECT_EQ(learnt.adaptive.initial, 4u);
  EXPECT_EQ(dispatch_of("{ adaptive: true }").concurrency, 16u);
  EXPECT_FALSE(dispatch_of("8").adaptive.on);
  EXPECT_FALSE(dispatch_of("{ adaptive: false, max: 8 }").adaptive.on);
}

TEST(load, what_is_wrong_with_a_learnt_concurrency_is_told_where_it_stands) {
  const auto problems_with = [](const std::string& value) {
    return problems_of(http_connector("    concurrency: " + value + "\n"));
  };
  EXPECT_THAT(problems_with("{ adaptive: true, min: 9, max: 8 }"),
              ElementsAre("6:41: `min` (9) must not be more than `max` (8) "
                          "(connectors.payroll.concurrency)"));
  EXPECT_THAT(problems_with("{ adaptive: true, max: 8, initial: 9 }"),
              ElementsAre(HasSubstr("`initial` (9) must not be more than `max` (8)")));
  EXPECT_THAT(problems_with("{ adaptive: true, min: 3, initial: 2 }"),
              ElementsAre(HasSubstr("`min` (3) must not be more than `initial` (2)")));
  EXPECT_THAT(problems_with("{ max: 8 }"), ElementsAre(HasSubstr("`adaptive` is missing")));
  EXPECT_THAT(problems_with("{ adaptive: true, maxx: 8 }"),
              ElementsAre(HasSubstr("did you mean `max`?")));
  EXPECT_THAT(problems_with("{ adaptive: true, max: 512 }"),
              ElementsAre(HasSubstr("`window` (256) must not be less than `concurrency` (512)")));
}

TEST(load, connectors_share_a_named_rate_limit) {
  const auto read = parse_yaml_text(
      http_connector("    rate_limit: va-tenant\n"
                     "  own: { type: file, path: x, events: [x], rate_limit: 10/m }\n") +
      "rate_limits: { va-tenant: 120/m, other: 1/s }\n"
      "defaults: { rate_limit: other }\n");
  ASSERT_TRUE(read.has_value()) << to_string("c", read.error().front());
  ASSERT_EQ(read->rate_limits.size(), 2u);
  EXPECT_EQ(read->rate_limits[0].name, "va-tenant");
  EXPECT_DOUBLE_EQ(read->rate_limits[0].per_second, 2);
  EXPECT_EQ(read->connectors[0].dispatch.shared_rate, "va-tenant");
  EXPECT_EQ(read->connectors[0].dispatch.rate_per_second, std::nullopt);
  EXPECT_EQ(read->connectors[1].dispatch.shared_rate, "") << "its own comes before the default";
}

TEST(load, what_is_wrong_with_a_shared_rate_limit_is_told_where_it_stands) {
  EXPECT_THAT(problems_of(http_connector("    rate_limit: va-tenat\n") +
                          "rate_limits: { va-tenant: 100/s, slow: 5, \"a b\": 1/s }\n"),
              ElementsAre("6:17: no `va-tenat` under `rate_limits`, did you mean `va-tenant`? "
                          "(connectors.payroll.rate_limit)",
                          "7:40: not a rate: write 100/s, 10/m or 5/h (rate_limits.slow)",
                          HasSubstr("7:43: a rate limit's name is letters")));
  EXPECT_THAT(problems_of(http_connector("    rate_limit: 100\n")),
              ElementsAre(HasSubstr("6:17: not a rate")));
  EXPECT_THAT(problems_of(http_connector("") + "defaults: { rate_limit: nowhere }\n"),
              ElementsAre("6:25: no `nowhere` under `rate_limits` (defaults.rate_limit)"));
}

TEST(load, a_backlog_can_be_limited) {
  const auto limit = [](const std::string& lines) {
    return parse_yaml_text(http_connector(lines))->connectors.at(0).backlog;
  };
  EXPECT_FALSE(limit("").limited());
  EXPECT_EQ(limit("    backlog_max: 10GiB\n").bytes_max, 10ull << 30);
  EXPECT_EQ(limit("    backlog_max: 10GiB\n").then, when_full::refuse);
  EXPECT_EQ(limit("    backlog_max: 1KiB\n    on_full: dead_letter\n").then,
            when_full::dead_letter);
  EXPECT_FALSE(limit("    backlog_max: 0\ndefaults: { backlog_max: 1GiB }\n").limited());
}

TEST(load, a_limit_of_a_backlog_that_would_end_what_its_lane_waits_for_is_refused) {
  EXPECT_THAT(problems_of(http_connector("    backlog_max: 1KiB\n"
                                         "    on_full: dead_letter\n"
                                         "    ordering: { key: data.id, on_dead_letter: stop }\n")),
              ElementsAre(HasSubstr("cannot go with `ordering.on_dead_letter: stop`")));
  EXPECT_THAT(problems_of(http_connector("    on_full: dead_letter\n")),
              ElementsAre(HasSubstr("`on_full` has no effect without `backlog_max`")));
}

TEST(load, attempts_cannot_be_kept_longer_than_their_events) {
  EXPECT_THAT(problems_of(http_connector("") + "retention: { delivered: 1d, attempts: 2d }\n"),
              ElementsAre(HasSubstr("`attempts` (2d) must not be longer than `delivered` (1d)")));
  EXPECT_TRUE(parse_yaml_text(http_connector("") + "retention: { delivered: 1d }\n"));
  EXPECT_TRUE(parse_yaml_text(http_connector("") + "retention: { delivered: 2d, attempts: 2d }\n"));
}

TEST(load, only_the_latest_of_a_lane_can_be_asked_for) {
  const auto read =
      parse_yaml_text(http_connector("    ordering: { key: data.id, coalesce: latest }\n"));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->connectors[0].dispatch.coalesce_latest);
  EXPECT_FALSE(parse_yaml_text(http_connector(""))->connectors[0].dispatch.coalesce_latest);
}

TEST(load, the_digest_of_a_connector_changes_with_what_is_written_of_it) {
  const auto digest = [](const std::string& text) {
    return parse_yaml_text(text)->connectors.at(0).dispatch.config_digest;
  };
  const auto plain = digest(http_connector(""));
  EXPECT_NE(plain, 0u);
  EXPECT_EQ(digest(http_connector("    # a comment\n\n")), plain);
  EXPECT_EQ(digest(http_connector("") + "unrouted: reject\n"), plain) << "not of this connector";
  EXPECT_NE(digest(http_connector("    timeout: 5s\n")), plain);
  EXPECT_NE(digest(http_connector("") + "defaults: { timeout: 5s }\n"), plain);
  const auto with_token = [&](const char* name) {
    return digest(http_connector(std::string("    auth: { bearer: \"${") + name + "}\" }\n"));
  };
  EXPECT_NE(with_token("env:TOKEN"), with_token("file:secret.txt"));
}

TEST(load, tls_of_the_service_has_a_certificate_and_its_key) {
  const auto read =
      parse_yaml_text("http: { tls: { cert: cert.pem, key: key.pem, client_ca: clients.pem } }\n");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->http.tls_cert->filename(), "cert.pem");
  EXPECT_EQ(read->http.tls_key->filename(), "key.pem");
  EXPECT_EQ(read->http.tls_client_ca->filename(), "clients.pem");
  EXPECT_THAT(problems_of("http: { tls: { cert: cert.pem } }\n"),
              ElementsAre(HasSubstr("`key` is missing")));
}

TEST(load, an_option_of_another_type_is_refused) {
  EXPECT_THAT(problems_of("connectors:\n  j:\n    type: file\n    events: [x]\n    path: j\n"
                          "    request: { url: \"http://a.example/\" }\n"),
              ElementsAre("6:5: `request` belongs to connectors of type http, this one is file "
                          "(connectors.j.request)"));
}

TEST(load, connector_names_are_bounded) {
  for (const char* name : {"a b", "-a", "..", "ä", "\"\"", "a/b"})
    EXPECT_THAT(problems_of(std::string("connectors:\n  ") + name +
                            ": { type: file, path: j, events: [x] }\n"),
                ElementsAre(HasSubstr("2:3: a connector's name is")))
        << name;
  EXPECT_THAT(problems_of("connectors:\n  " + std::string(64, 'a') +
                          ": { type: file, path: j, events: [x] }\n"),
              ElementsAre());
  EXPECT_EQ(problems_of("connectors:\n  " + std::string(65, 'a') +
                        ": { type: file, path: j, events: [x] }\n")
                .size(),
            1u);
}

TEST(load, delays_that_contradict_each_other_are_refused_beside_defaults_too) {
  EXPECT_THAT(problems_of(http_connector("    retry: { initial: 2h }\n")),
              ElementsAre("6:23: `initial` (2h) must not be longer than `max` (1h) "
                          "(connectors.payroll.retry)"));
  EXPECT_EQ(problems_of(http_connector("    retry: { initial: 2m }\n") +
                        "defaults: { retry: { max: 1m } }\n")
                .size(),
            1u);
}

TEST(load, the_origin_of_a_url_is_constant) {
  const auto with = [](std::string_view url) {
    return problems_of(
        "connectors:\n  p:\n    type: http\n    events: [x]\n    request:\n"
        "      url: \"" +
        std::string(url) + "\"\n");
  };
  EXPECT_THAT(with("https://${data.host}/x"), ElementsAre(HasSubstr("6:21: the scheme, host")));
  EXPECT_THAT(with("https://a.example:${data.port}/"), ElementsAre(HasSubstr("6:31: the scheme")));
  EXPECT_THAT(with("https://a.example${data.path}"), ElementsAre(HasSubstr("6:30: the scheme")));
  EXPECT_THAT(with("${data.url}"), ElementsAre(HasSubstr("must begin with https://")));
  EXPECT_THAT(with("ftp://a.example/"), ElementsAre(HasSubstr("must begin with https://")));
  EXPECT_THAT(with("https://me:pw@a.example/"), ElementsAre(HasSubstr("credentials belong")));
  EXPECT_THAT(with("https:///x"), ElementsAre(HasSubstr("no valid host")));
  EXPECT_THAT(with("https://a.example:0/"), ElementsAre(HasSubstr("1 to 65535")));
  EXPECT_THAT(with("https://a.example/a b"), ElementsAre(HasSubstr("6:32: a url holds no white")));
  EXPECT_THAT(with("https://a.example/${data.a == data.b}"), ElementsAre());
  EXPECT_THAT(with("http://[::1]:8080"), ElementsAre());
}

TEST(load, headers_that_frame_a_request_are_airtrains_own) {
  EXPECT_THAT(problems_of(http_connector("") +
                          "defaults:\n  request:\n    headers:\n"
                          "      content-length: \"5\"\n      a b: x\n      Authorization: x\n"
                          "      X-A: 1\n      x-a: 2\n"),
              ElementsAre(HasSubstr("9:7: the header Content-Length is set by airtrain"),
                          HasSubstr("10:7: not a header name"),
                          HasSubstr("11:7: credentials belong under `auth`"),
                          HasSubstr("13:7: this header is given twice")));
}

TEST(load, mapping_errors_are_placed_inside_the_text) {
  EXPECT_THAT(problems_of(http_connector("    when: data.a === 1\n")),
              ElementsAre(testing::StartsWith("6:20: ")));
  EXPECT_THAT(problems_of(http_connector("    when: \"data.a === 1\"\n")),
              ElementsAre(testing::StartsWith("6:21: ")));
  EXPECT_THAT(
      problems_of("connectors:\n  p:\n    type: http\n    events: [x]\n    request:\n"
                  "      url: http://a.example\n      body:\n        a: [1, \"x ${data.b\"]\n"),
      ElementsAre(
          testing::AllOf(testing::StartsWith("8:"), HasSubstr("connectors.p.request.body"))));
}

TEST(load, a_column_counts_characters_and_is_given_only_where_it_is_certain) {
  EXPECT_THAT(problems_of(http_connector("    when: \"'ü' === 1\"\n")),
              ElementsAre(testing::StartsWith("6:18: ")));
  EXPECT_THAT(problems_of(http_connector("    when: \"'\\u00fc' === 1\"\n")),
              ElementsAre(testing::StartsWith("6:12: ")));
}

TEST(load, an_expression_cut_by_a_comment_asks_for_quotes) {
  EXPECT_THAT(problems_of("connectors:\n  p:\n    type: http\n    events: [x]\n    request:\n"
                          "      url: http://a.example\n      body:\n        a: ${data.b # c}\n"),
              ElementsAre(HasSubstr("quote this")));
}

TEST(load, two_connectors_may_not_write_one_file) {
  EXPECT_THAT(problems_of("connectors:\n  a: { type: file, events: [x], path: ./j }\n"
                          "  b: { type: file, events: [x], path: j }\n"),
              ElementsAre(HasSubstr("the connector `a` writes the same file")));
}

TEST(load, a_value_of_the_wrong_type_is_refused) {
  EXPECT_THAT(problems_of("connectors: [a]\n"), ElementsAre(HasSubstr("1:13: is a list")));
  EXPECT_THAT(problems_of(http_connector("    concurrency: \"8\"\n")),
              ElementsAre(HasSubstr("6:19: not a whole number")));
  EXPECT_THAT(problems_of(http_connector("    concurrency: 0\n")),
              ElementsAre(HasSubstr("must be 1 to 4096")));
  EXPECT_THAT(problems_of("http: { behind_proxy: no }\n"), ElementsAre(HasSubstr("true or false")));
  EXPECT_THAT(problems_of("data_dir: 2026\n"), ElementsAre(HasSubstr("quote this: \"2026\"")));
  EXPECT_THAT(problems_of("data_dir: ${env:HOME}/x\n"), ElementsAre(HasSubstr("no meaning here")));
}

TEST(load, a_json_file_has_places_too) {
  EXPECT_THAT(problems_of("{\n  \"unrouted\": \"no\"\n}", "c.json"),
              ElementsAre(HasSubstr("2:16: must be one of")));
}

TEST(load, a_file_that_is_not_there_is_one_problem) {
  const auto read = load_settings("/nonexistent/airtrain.yaml", test_secrets());
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(to_string("x.yaml", read.error().at(0)),
              HasSubstr("x.yaml:1:1: cannot be opened: No such file"));
}

TEST(load, a_folder_in_place_of_the_file_is_one_problem) {
  const auto read = load_settings("/", test_secrets());
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().size(), 1u);
}

TEST(load, control_characters_of_a_key_are_not_printed_raw) {
  const auto problems = problems_of("\"a\\e[31m\": 1\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].find('\x1b'), std::string::npos);
  EXPECT_THAT(problems[0], HasSubstr("\\u001b"));
}

TEST(starter_config, loads_without_problems) {
  EXPECT_THAT(problems_of(starter_config()), ElementsAre());
}

/// What is commented out must be right as well: a newcomer removes the `#`.
TEST(starter_config, loads_with_its_examples_uncommented) {
  std::string text;
  for (std::string_view rest = starter_config(); !rest.empty();) {
    const std::size_t end = rest.find('\n') + 1;
    std::string line(rest.substr(0, end));
    rest.remove_prefix(end);
    const std::size_t mark = line.find("  # ");
    const bool example = mark != std::string::npos && line.find_first_not_of(' ') == mark + 2 &&
                         line.find(':') != std::string::npos &&
                         line.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") > line.find(':');
    if (example) line.erase(mark + 2, 2);
    text += line;
  }
  const std::size_t digest = text.find("sha256: \"...\"");
  ASSERT_NE(digest, std::string::npos);
  text.replace(digest + 9, 3, std::string(64, 'a'));
  const std::size_t token = text.find("PAYROLL_TOKEN");
  ASSERT_NE(token, std::string::npos);
  text.replace(token, 13, "TOKEN");
  EXPECT_THAT(problems_of(text), ElementsAre());
}

}  // namespace
}  // namespace airtrain
