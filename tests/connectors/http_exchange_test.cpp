#include "connectors/http_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/make_connector.hpp"
#include "tests/connectors/events.hpp"

namespace airtrain {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

text_template text(const std::string& source) {
  return text_template::compile(source).value();
}

struct http_exchange_test : ::testing::Test {
  http_connector_settings target;
  connector_settings settings;
  event_ref event = json_event(R"({"id": 42, "name": "Ann Lee", "dept": null})");

  http_exchange_test() {
    target.origin = "https://payroll.example";
    target.request.url = text("https://payroll.example/employees/${data.id}?by=${data.name}");
    settings.name = "payroll";
  }

  std::shared_ptr<http_exchange_factory> factory() {
    settings.target = target;
    return std::make_shared<http_exchange_factory>(settings);
  }
  exchange_step start(const attempt_order& order) {
    return factory_ = factory(), running_ = factory_->make(order, 0), running_->start();
  }
  http::client_request request(const attempt_order& order) {
    return std::get<http::client_request>(start(order));
  }
  http::client_request request() { return request(order_ = order_of(event)); }
  exchange_end ended() { return std::get<exchange_end>(start(order_ = order_of(event))); }
  exchange_end answered(int status, const std::string& body = {}) {
    request();
    http::client_response response;
    response.status = status;
    response.body = body;
    return std::get<exchange_end>(running_->on_response(response, 0));
  }

  attempt_order order_;
  std::shared_ptr<http_exchange_factory> factory_;
  std::unique_ptr<exchange> running_;
};

TEST_F(http_exchange_test, maps_the_url_and_escapes_what_it_inserts) {
  EXPECT_EQ(request().target, "/employees/42?by=Ann%20Lee");
}

TEST_F(http_exchange_test, without_a_body_the_event_data_goes_out_byte_for_byte_and_uncopied) {
  const auto sent = request();
  EXPECT_EQ(sent.body_view.data(), event->data().data());
  EXPECT_EQ(sent.body_view, event->data());
  EXPECT_THAT(sent.headers, HasSubstr("Content-Type: application/json\r\n"));
}

TEST_F(http_exchange_test, a_mapped_body_is_json) {
  template_source source;
  source.what = template_source::kind::map;
  template_source number;
  number.what = template_source::kind::text;
  number.text = "${data.id}";
  source.members.push_back({"employeeNumber", number});
  target.request.body = json_template::compile(source).value();
  const auto sent = request();
  EXPECT_EQ(sent.body_view, R"({"employeeNumber":42})");
  EXPECT_THAT(sent.headers, HasSubstr("Content-Type: application/json\r\n"));
}

TEST_F(http_exchange_test, carries_a_stable_idempotency_key_that_a_renewal_changes) {
  const auto key = delivery_identity("/test", "e1", "payroll", 0);
  EXPECT_THAT(request().headers, HasSubstr("Idempotency-Key: " + key + "\r\n"));
  auto renewed = order_of(event);
  renewed.what.history.key_generation = 1;
  EXPECT_THAT(request(renewed).headers, Not(HasSubstr(key)));
}

TEST_F(http_exchange_test, passes_the_trace_on) {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event = json_event(R"({"id": 1, "name": "x"})", R"({"traceparent":")" + trace + R"("})");
  EXPECT_THAT(request().headers, HasSubstr("traceparent: " + trace + "\r\n"));
  event = json_event(R"({"id": 1, "name": "x"})", R"({"traceparent":"x\r\nEvil: 1"})");
  EXPECT_THAT(request().headers, Not(HasSubstr("traceparent")));
}

TEST_F(http_exchange_test, fills_credentials_in_and_keeps_them_out_of_the_frozen_parts) {
  target.auth = bearer_auth{secret("s3cret")};
  EXPECT_THAT(request().headers, HasSubstr("Authorization: Bearer s3cret\r\n"));
  const auto end = answered(500);
  ASSERT_TRUE(end.rendered);
  EXPECT_THAT(end.rendered->headers, Not(HasSubstr("s3cret")));
}

TEST_F(http_exchange_test, credentials_with_a_line_break_are_refused_when_the_connector_is_made) {
  target.auth = bearer_auth{secret("s3cret\n")};
  settings.target = target;
  const auto refused = make_connector(settings, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), Not(HasSubstr("s3cret")));
}

/// Answers with the status until it asks for something else than its credentials to be renewed.
exchange_step refused(exchange& running, int status) {
  http::client_response response;
  response.status = status;
  return running.on_response(response, 0);
}

TEST_F(http_exchange_test, refused_secrets_of_files_are_read_again_and_tried_once_more) {
  target.auth = bearer_auth{secret("old", {{"", "/run/token"}})};
  for (const int status : {401, 407, 511}) {
    EXPECT_THAT(request().headers, HasSubstr("Bearer old\r\n"));
    auto step = refused(*running_, status);
    const auto* renewal = std::get_if<renewal_step>(&step);
    ASSERT_NE(renewal, nullptr);
    EXPECT_EQ(*renewal->refused, "Authorization: Bearer old\r\n");
    step = running_->on_renewed(std::make_shared<const std::string>("Authorization: Bearer n\r\n"));
    ASSERT_TRUE(std::holds_alternative<http::client_request>(step));
    EXPECT_THAT(std::get<http::client_request>(step).headers, HasSubstr("Bearer n\r\n"));
    step = refused(*running_, status);
    ASSERT_TRUE(std::holds_alternative<exchange_end>(step)) << "once more, not for ever";
    EXPECT_EQ(std::get<exchange_end>(step).result.outcome, answer_class::hold);
    EXPECT_THAT(std::get<exchange_end>(step).result.message, HasSubstr("read again"));
  }
}

TEST_F(http_exchange_test, secrets_that_cannot_be_read_again_end_the_attempt_with_the_reason) {
  target.auth = bearer_auth{secret("old", {{"", "/run/token"}})};
  request();
  refused(*running_, 401);
  const auto step = running_->on_renewed(failure(std::string("cannot read /run/token: gone")));
  ASSERT_TRUE(std::holds_alternative<exchange_end>(step));
  EXPECT_EQ(std::get<exchange_end>(step).result.outcome, answer_class::hold);
  EXPECT_THAT(std::get<exchange_end>(step).result.message, HasSubstr("/run/token: gone"));
}

TEST_F(http_exchange_test, what_cannot_be_renewed_is_not_tried_again) {
  target.auth = bearer_auth{secret("constant")};
  EXPECT_EQ(answered(401).result.outcome, answer_class::hold);
  target.auth = bearer_auth{secret("old", {{"", "/run/token"}})};
  EXPECT_EQ(answered(403).result.outcome, answer_class::refused) << "it knows who we are";
  target.answers.push_back({401, 401, answer_class::reject});
  EXPECT_EQ(answered(401).result.outcome, answer_class::reject) << "the connector's own rule";
}

TEST_F(http_exchange_test, encodes_basic_credentials) {
  target.auth = basic_auth{"Aladdin", secret("open sesame")};
  EXPECT_THAT(request().headers,
              HasSubstr("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
}

TEST_F(http_exchange_test, an_attempt_with_frozen_parts_sends_them_again_unchanged) {
  const auto failed = answered(503);
  auto again = order_of(json_event(R"({"id": 1, "name": "someone else"})"));
  again.what.rendered = failed.rendered;
  target.request.url = text("https://payroll.example/changed");
  target.auth = bearer_auth{secret("new")};
  const auto sent = request(again);
  EXPECT_EQ(sent.target, "/employees/42?by=Ann%20Lee");
  EXPECT_THAT(sent.headers, HasSubstr("Authorization: Bearer new\r\n"));
}

TEST_F(http_exchange_test, a_mapping_that_changed_reaches_what_was_never_attempted_and_no_other) {
  const auto maps_to = [](const std::string& body) {
    template_source source;
    source.what = template_source::kind::text;
    source.text = body;
    return json_template::compile(source).value();
  };
  target.request.body = maps_to("${data.id}");
  target.request.headers = {{"X-By", text("${data.name}")}};
  const auto failed = answered(503);
  ASSERT_TRUE(failed.rendered);
  target.request.url = text("https://payroll.example/changed");
  target.request.body = maps_to("changed");
  target.request.headers = {{"X-By", text("changed")}};

  const auto fresh = request();
  EXPECT_EQ(fresh.target, "/changed");
  EXPECT_EQ(fresh.body_view, R"("changed")");
  EXPECT_THAT(fresh.headers, HasSubstr("X-By: changed\r\n"));

  auto again = order_of(event);
  again.what.rendered = failed.rendered;
  const auto frozen = request(again);
  EXPECT_EQ(frozen.target, "/employees/42?by=Ann%20Lee");
  EXPECT_EQ(frozen.body_view, "42");
  EXPECT_THAT(frozen.headers, HasSubstr("X-By: Ann Lee\r\n"));
  const auto key = delivery_identity("/test", "e1", "payroll", 0);
  for (const auto& sent : {fresh, frozen}) EXPECT_THAT(sent.headers, HasSubstr(key));
}

TEST_F(http_exchange_test, a_missing_path_is_a_mapping_error_and_nothing_is_sent) {
  target.request.url = text("https://payroll.example/${data.nothing}");
  const auto end = ended();
  EXPECT_EQ(end.result.outcome, answer_class::reject);
  EXPECT_EQ(end.result.scope, failure_scope::event);
  EXPECT_EQ(end.result.why, reason::mapping_error);
  EXPECT_THAT(end.result.message, HasSubstr("url"));
}

TEST_F(http_exchange_test, no_event_can_inject_a_header) {
  event = json_event(R"({"id": 1, "name": "x\r\nEvil: 1"})");
  target.request.headers.emplace_back("X-Name", text("${data.name}"));
  const auto end = ended();
  EXPECT_EQ(end.result.why, reason::mapping_error);
  EXPECT_THAT(end.result.message, HasSubstr("X-Name"));
}

TEST_F(http_exchange_test, an_event_whose_when_cannot_be_evaluated_is_rejected) {
  settings.when = expression::compile("data.id == 1 || data.name").value();
  EXPECT_EQ(ended().result.why, reason::mapping_error);
}

TEST_F(http_exchange_test, a_configured_header_wins_over_what_would_be_filled_in) {
  target.request.headers.emplace_back("content-type", text("text/x-shift"));
  target.request.headers.emplace_back("IDEMPOTENCY-KEY", text("mine-${data.id}"));
  const auto headers = request().headers;
  EXPECT_THAT(headers, HasSubstr("content-type: text/x-shift\r\n"));
  EXPECT_THAT(headers, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(headers, HasSubstr("IDEMPOTENCY-KEY: mine-42\r\n"));
  EXPECT_THAT(headers, Not(HasSubstr("Idempotency-Key")));
}

TEST_F(http_exchange_test, an_answer_is_judged_by_the_connectors_rules_and_then_the_table) {
  EXPECT_EQ(answered(204).result.outcome, answer_class::delivered);
  EXPECT_EQ(answered(500).result.outcome, answer_class::retry);
  EXPECT_EQ(answered(422).result.outcome, answer_class::reject);
  EXPECT_EQ(answered(410).result.outcome, answer_class::reject) << "the url is mapped";
  target.answers.push_back({409, 409, answer_class::delivered});
  EXPECT_EQ(answered(409).result.outcome, answer_class::delivered);
}

TEST_F(http_exchange_test, 410_at_a_fixed_url_means_stop) {
  target.request.url = text("https://payroll.example/hook");
  EXPECT_EQ(answered(410).result.outcome, answer_class::hold_manual);
}

TEST_F(http_exchange_test, keeps_at_most_a_kibibyte_of_the_answer) {
  EXPECT_LE(answered(422, std::string(100'000, 'x')).result.answer.size(), answer_bytes_max);
}

TEST_F(http_exchange_test, no_answer_is_a_retry_and_a_refused_certificate_a_hold) {
  request();
  const auto timeout = running_->on_error({http::client_error_code::timeout, "30 s"}).result;
  EXPECT_EQ(timeout.outcome, answer_class::retry);
  EXPECT_EQ(timeout.scope, failure_scope::connector);
  EXPECT_EQ(timeout.why, reason::attempt_timeout);
  const auto refused =
      running_->on_error({http::client_error_code::certificate_refused, "self-signed"});
  EXPECT_EQ(refused.result.outcome, answer_class::hold);
  EXPECT_EQ(refused.result.why, reason::certificate_refused);
  EXPECT_TRUE(refused.rendered) << "the mapped parts of a failed attempt are frozen";
}

TEST_F(http_exchange_test, constant_parts_are_rendered_once_for_all_events) {
  target.request.url = text("https://payroll.example/hook");
  const auto made = factory();
  const auto first = made->requests().render(event_view(event)).value();
  const auto second = made->requests().render(event_view(json_event("{}"))).value();
  EXPECT_EQ(first, second);
  EXPECT_EQ(first->target, "/hook");
}

TEST_F(http_exchange_test, a_preview_shows_the_request_without_its_secrets) {
  target.auth = api_key_auth{"X-Key", secret("s3cret")};
  settings.target = target;
  const auto shown = preview_request(settings, event).value();
  EXPECT_EQ(shown.url, "https://payroll.example/employees/42?by=Ann%20Lee");
  EXPECT_THAT(shown.headers, HasSubstr("X-Key: ***\r\n"));
  EXPECT_THAT(shown.headers, Not(HasSubstr("s3cret")));
  EXPECT_EQ(shown.body, event->data());
}

}  // namespace
}  // namespace airtrain
