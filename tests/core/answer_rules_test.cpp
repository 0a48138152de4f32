#include "core/answer_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/rate_limit_header.hpp"

namespace airtrain {
namespace {

using enum answer_class;
using enum failure_scope;

answer_facts answer(int status) {
  answer_facts facts;
  facts.status = status;
  facts.body = "said so";
  return facts;
}

struct row {
  int status;
  answer_class outcome;
  failure_scope scope;
};

TEST(answers, mean_what_the_table_says) {
  const std::vector<row> table{
      {200, delivered, event},       {204, delivered, event},     {299, delivered, event},
      {300, hold, connector},        {302, hold, connector},      {304, hold, connector},
      {400, reject, event},          {401, hold, connector},      {402, reject, event},
      {403, refused, event},         {404, reject, event},        {405, reject, event},
      {407, hold, connector},        {408, retry, connector},     {409, retry, event},
      {410, hold_manual, connector}, {413, reject, event},        {415, reject, event},
      {418, reject, event},          {422, reject, event},        {423, retry, event},
      {425, retry, connector},       {429, throttled, connector}, {451, reject, event},
      {499, reject, event},          {500, retry, connector},     {501, reject, event},
      {502, retry, connector},       {503, retry, connector},     {504, retry, connector},
      {511, hold, connector},        {599, retry, connector},     {100, retry, connector},
      {101, retry, connector},       {600, retry, connector},     {0, retry, connector},
  };
  for (const auto& [status, outcome, scope] : table) {
    const auto v = classify_answer(answer(status), {});
    EXPECT_EQ(v.outcome, outcome) << status;
    EXPECT_EQ(v.scope, scope) << status;
    EXPECT_EQ(v.status, status);
    const bool http = status >= 200 && status <= 599;
    EXPECT_EQ(v.why, http ? reason::answered : reason::malformed_answer) << status;
    EXPECT_EQ(v.answer, outcome == delivered ? "" : "said so") << status;
    EXPECT_EQ(v.message.empty(), outcome == delivered) << status;
    EXPECT_FALSE(v.renew_key);
  }
}

TEST(answers, gone_speaks_of_the_event_where_the_url_is_mapped) {
  auto facts = answer(410);
  facts.url_is_mapped = true;
  EXPECT_EQ(classify_answer(facts, {}).outcome, reject);
}

TEST(answers, unavailable_with_a_usable_hint_is_a_throttle) {
  auto facts = answer(503);
  facts.retry_after = "7";
  const auto v = classify_answer(facts, {});
  EXPECT_EQ(v.outcome, throttled);
  EXPECT_EQ(v.retry_after_ms, 7000);
  facts.retry_after = "soon";
  EXPECT_EQ(classify_answer(facts, {}).outcome, retry);
  facts.retry_after = "";
  facts.rate_limit_reset = "7";
  EXPECT_EQ(classify_answer(facts, {}).outcome, retry);
}

TEST(answers, a_throttle_falls_back_to_the_rate_limit_reset) {
  auto facts = answer(429);
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, std::nullopt);
  facts.rate_limit_reset = " 30 ";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, 30'000);
  facts.rate_limit_reset = "1767323100";
  facts.now_ms = 1'767'323'045'000;
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, 55'000);
  facts.date = "Fri, 02 Jan 2026 03:04:50 GMT";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, 10'000);
  facts.rate_limit_reset = "1767323000";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, std::nullopt);
  facts.rate_limit_reset = "-1";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, std::nullopt);
  facts.rate_limit_reset = "30";
  facts.retry_after = "5";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, 5000);
}

TEST(rate_limit_header, is_read_in_both_of_its_forms) {
  EXPECT_EQ(rate_limit_reset_seconds("limit=10, remaining=0, reset=7"), 7);
  EXPECT_EQ(rate_limit_reset_seconds("\"burst\";r=0;t=5"), 5);
  EXPECT_EQ(rate_limit_reset_seconds("\"burst\";r=0;t=5, \"day\";r=90;t=7200"), 5)
      << "the one that is exhausted";
  EXPECT_EQ(rate_limit_reset_seconds("\"a\";r=1;t=5, \"b\";r=2;t=9"), 9);
  for (const char* nothing : {"", "x", "reset=-1", "reset=soon", "\"a\";r=0", ";;,,=,t="})
    EXPECT_EQ(rate_limit_reset_seconds(nothing), std::nullopt) << nothing;
  answer_facts facts;
  facts.status = 429;
  facts.rate_limit = "limit=10, remaining=0, reset=7";
  facts.rate_limit_reset = "99";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, 7000);
  facts.retry_after = "3";
  EXPECT_EQ(classify_answer(facts, {}).retry_after_ms, 3000) << "the hint itself comes first";
}

TEST(answers, the_connectors_own_rules_come_first_and_the_first_match_wins) {
  const std::vector<answer_rule> rules{
      {409, 409, delivered, event, false},   {500, 599, retry, event, true},
      {500, 500, reject, event, false},      {404, 404, retry, connector, false},
      {403, 403, hold_manual, event, false}, {418, 418, throttled, event, false},
  };
  EXPECT_EQ(classify_answer(answer(409), rules).outcome, delivered);
  const auto v = classify_answer(answer(500), rules);
  EXPECT_EQ(v.outcome, retry);
  EXPECT_EQ(v.scope, event);
  EXPECT_TRUE(v.renew_key);
  EXPECT_EQ(classify_answer(answer(404), rules).scope, connector);
  EXPECT_EQ(classify_answer(answer(403), rules).scope, connector);
  EXPECT_EQ(classify_answer(answer(418), rules).scope, connector);
  EXPECT_EQ(classify_answer(answer(400), rules).outcome, reject);
}

TEST(answers, are_kept_up_to_a_limit_that_does_not_cut_a_character) {
  auto facts = answer(500);
  const std::string plain(5000, 'x');
  facts.body = plain;
  EXPECT_EQ(classify_answer(facts, {}).answer.size(), answer_bytes_max);
  const auto cut = std::string(answer_bytes_max - 1, 'x') + "\xc3\xa9\xc3\xa9";
  facts.body = cut;
  EXPECT_EQ(classify_answer(facts, {}).answer, std::string(answer_bytes_max - 1, 'x'));
  const std::string never_utf8(5000, '\x80');
  facts.body = never_utf8;
  EXPECT_LE(classify_answer(facts, {}).answer.size(), answer_bytes_max);
}

struct hint {
  std::string value;
  std::optional<std::int64_t> ms;
};

TEST(retry_after, is_seconds_or_any_of_the_three_dates) {
  const std::vector<hint> hints{
      {"0", 0},
      {" 120\t", 120'000},
      {"Fri, 02 Jan 2026 03:04:05 GMT", 5000},
      {"Friday, 02-Jan-26 03:04:05 GMT", 5000},
      {"Fri Jan  2 03:04:05 2026", 5000},
      {"Fri Jan 02 03:04:05 2026", 5000},
      {"Fri, 02 Jan 2026 03:04:00 GMT", 0},
      {"Fri, 02 Jan 2026 03:03:59 GMT", std::nullopt},
      {"", std::nullopt},
      {"-5", std::nullopt},
      {"+5", std::nullopt},
      {"1.5", std::nullopt},
      {"5s", std::nullopt},
      {"soon", std::nullopt},
      {"Fri, 02 Jan 2026 03:04:05 CET", std::nullopt},
      {"Fri, 02 Jan 2026 03:04:05 GMT x", std::nullopt},
      {"2026-01-02T03:04:05Z", std::nullopt},
  };
  for (const auto& [value, ms] : hints)
    EXPECT_EQ(retry_after_ms(value, "Fri, 02 Jan 2026 03:04:00 GMT", 0), ms) << value;
}

TEST(retry_after, is_relative_to_our_clock_where_the_answer_has_none) {
  const std::int64_t now_ms = 1'767'323'044'000;
  EXPECT_EQ(retry_after_ms("Fri, 02 Jan 2026 03:04:05 GMT", "", now_ms), 1000);
  EXPECT_EQ(retry_after_ms("Fri, 02 Jan 2026 03:04:05 GMT", "garbled", now_ms), 1000);
}

TEST(retry_after, an_absurd_number_does_not_overflow) {
  const auto ms = retry_after_ms(std::string(400, '9'), "", 0);
  ASSERT_TRUE(ms);
  EXPECT_GT(*ms, 0);
}

TEST(http_date, checks_the_calendar) {
  EXPECT_EQ(http_date_ms("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(http_date_ms("Sunday, 06-Nov-94 08:49:37 GMT"), 784'111'777'000);
  EXPECT_EQ(http_date_ms("Sun Nov  6 08:49:37 1994"), 784'111'777'000);
  EXPECT_TRUE(http_date_ms("Thu, 29 Feb 2024 23:59:60 GMT"));
  for (const char* wrong :
       {"Thu, 29 Feb 2023 00:00:00 GMT", "Thu, 00 Jan 2026 00:00:00 GMT",
        "Thu, 01 Jan 2026 24:00:00 GMT", "Thu, 01 Jan 2026 00:60:00 GMT",
        "Xxx, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Foo 2026 00:00:00 GMT",
        "Thu, 1 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00", "Thu, 01 Jan"})
    EXPECT_EQ(http_date_ms(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace airtrain
