#include "core/mapping/template.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/mapping/sample_event.hpp"

namespace airtrain {
namespace {

constexpr std::string_view sample =
    R"({"id":"e/17 ü","n":12.50,"big":123456789012345678901234567890,
    "huge":1e400,"flag":true,"nil":null,"text":"a\"\n\u00e9","list":[1, 2],"map":{"a": "b"},
    "dot":".","dots":".."})";

template_source text(std::string value) {
  template_source source;
  source.what = template_source::kind::text;
  source.text = std::move(value);
  source.line = 7;
  source.column = 9;
  return source;
}
template_source constant(std::string json) {
  auto source = text(std::move(json));
  source.what = template_source::kind::constant;
  return source;
}
template_source map(std::vector<template_member> members) {
  template_source source;
  source.what = template_source::kind::map;
  source.members = std::move(members);
  return source;
}
template_source list(std::vector<template_source> items) {
  template_source source;
  source.what = template_source::kind::list;
  for (auto& item : items) source.members.push_back({"", std::move(item)});
  return source;
}

std::string render_json(const template_source& source) {
  const auto compiled = json_template::compile(source);
  if (!compiled) return "compile: " + compiled.error().at(0).message;
  const auto body = compiled->render(event_with(sample));
  return body ? *body : "render: " + body.error().message;
}

std::string render_text(std::string_view source, bool for_url = false) {
  const auto compiled = text_template::compile(source);
  if (!compiled) return "compile: " + compiled.error().message;
  const auto rendered = compiled->render(event_with(sample), for_url);
  return rendered ? *rendered : "render: " + rendered.error().message;
}

TEST(json_template, keeps_the_type_of_an_expression_that_is_alone) {
  EXPECT_EQ(render_json(text("${data.n}")), "12.50");
  EXPECT_EQ(render_json(text("${data.big}")), "123456789012345678901234567890");
  EXPECT_EQ(render_json(text("${data.huge}")), "1e400");
  EXPECT_EQ(render_json(text("${ data.flag }")), "true");
  EXPECT_EQ(render_json(text("${data.nil}")), "null");
  EXPECT_EQ(render_json(text("${data.list}")), "[1, 2]");
  EXPECT_EQ(render_json(text("${data.map}")), R"({"a": "b"})");
  EXPECT_EQ(render_json(text("${type}")), R"("shift_added")");
}

TEST(json_template, writes_values_within_a_text_as_their_characters) {
  EXPECT_EQ(render_json(text("n=${data.n}, ${data.flag}!")), R"("n=12.50, true!")");
  EXPECT_EQ(render_json(text("\"${data.text}\\")), "\"\\\"a\\\"\\n\xc3\xa9\\\\\"");
  EXPECT_EQ(render_json(text("${data.big}${data.huge}")),
            R"("1234567890123456789012345678901e400")");
  EXPECT_EQ(render_json(text("plain")), R"("plain")");
  EXPECT_EQ(render_json(text("")), R"("")");
}

TEST(json_template, builds_the_whole_body_in_the_order_it_was_written) {
  const auto source = map({{"z", text("${data.n}")},
                           {"a \"q\"", constant("12.50")},
                           {"list", list({text("${type}"), constant("null"), list({}), map({})})},
                           {"deep", map({{"text", text("for ${data.id}")}})}});
  EXPECT_EQ(render_json(source),
            "{\"z\":12.50,\"a \\\"q\\\"\":12.50,\"list\":[\"shift_added\",null,[],{}],"
            "\"deep\":{\"text\":\"for e/17 \xc3\xbc\"}}");
}

TEST(json_template, a_missing_path_is_an_error_that_names_it) {
  const auto compiled = json_template::compile(map({{"a", text("x ${data.gone.deeper} y")}}));
  const auto body = compiled->render(event_with(sample));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().message, "data.gone is absent");
  EXPECT_TRUE(body.error().absent);
  EXPECT_EQ(render_json(text("${data.gone ?? 'unknown'}")), R"("unknown")");
}

TEST(json_template, null_and_containers_have_no_place_within_a_text) {
  EXPECT_EQ(render_json(text("x${data.nil}")),
            "render: data.nil is null, which has no place in a text");
  EXPECT_EQ(render_json(text("x${data.list}")),
            "render: data.list is a list, which has no place in a text");
  EXPECT_EQ(render_json(text("x${data.map}")),
            "render: data.map is a map, which has no place in a text");
}

TEST(json_template, tells_every_error_with_its_place) {
  const auto compiled = json_template::compile(map({{"a", text("${data.}")},
                                                    {"b", constant("01")},
                                                    {"${x}", text("ok")},
                                                    {"c", list({text("${env:TOKEN}")})}}));
  ASSERT_FALSE(compiled);
  ASSERT_EQ(compiled.error().size(), 4u);
  for (const auto& error : compiled.error()) {
    EXPECT_EQ(error.line, 7);
    EXPECT_EQ(error.column, 9);
  }
  EXPECT_NE(compiled.error()[0].message.find("${data.}"), std::string::npos);
  EXPECT_NE(compiled.error()[3].message.find("secret"), std::string::npos);
}

TEST(json_template, nesting_is_bounded) {
  auto source = constant("1");
  for (int i = 0; i < 70; ++i) source = list({source});
  EXPECT_EQ(render_json(source), "compile: nested too deep");
}

TEST(text_template, inserts_values_as_text) {
  EXPECT_EQ(render_text("a ${data.n} b ${data.flag} ${data.big}"),
            "a 12.50 b true 123456789012345678901234567890");
  EXPECT_EQ(render_text("${data.nil}"), "render: data.nil is null, which has no place in a text");
  EXPECT_EQ(render_text("${data.gone}"), "render: data.gone is absent");
}

TEST(text_template, a_doubled_dollar_makes_the_brace_literal) {
  EXPECT_EQ(render_text("$${data.n}"), "${data.n}");
  EXPECT_EQ(render_text("$ $$ {} $${}${data.n}$"), "$ $$ {} ${}12.50$");
  EXPECT_EQ(render_text("$$${data.n}"), "$${data.n}");
}

TEST(text_template, a_brace_within_a_string_does_not_end_the_expression) {
  EXPECT_EQ(render_text("${data.gone ?? '}\\'}'}!"), "}'}!");
  EXPECT_EQ(render_text("${data.gone ?? \"}\"}"), "}");
}

TEST(text_template, inserted_values_are_escaped_for_a_url_and_constant_text_is_not) {
  EXPECT_EQ(render_text("https://h/p?q=${data.id}&n=${data.n}", true),
            "https://h/p?q=e%2F17%20%C3%BC&n=12.50");
}

TEST(text_template, no_value_leads_to_another_path_or_adds_a_header) {
  EXPECT_EQ(render_text("/a/${data.dots}/b", true),
            "render: data.dots makes a segment \"..\", which would lead to another path");
  EXPECT_EQ(render_text("/a/${data.dot}${data.dot}?x", true),
            "render: data.dot makes a segment \"..\", which would lead to another path");
  EXPECT_EQ(render_text("/a/.${data.dot}", true),
            "render: data.dot makes a segment \"..\", which would lead to another path");
  EXPECT_EQ(render_text("/a/v.${data.dot}?p=/${data.dots}/", true), "/a/v..?p=/../");
  EXPECT_EQ(render_text("${data.text}"), "render: data.text has a control character");
}

TEST(text_template, secrets_and_open_braces_are_refused) {
  EXPECT_NE(render_text("Bearer ${env:TOKEN}").find("belong to auth"), std::string::npos);
  EXPECT_NE(render_text("${ file:/x }").find("belong to auth"), std::string::npos);
  EXPECT_NE(render_text("a${data.n").find("no closing }"), std::string::npos);
  EXPECT_NE(render_text("${}").find("empty"), std::string::npos);
}

TEST(text_template, knows_whether_it_is_constant) {
  EXPECT_TRUE(text_template::compile("https://h/$${x}")->constant());
  EXPECT_FALSE(text_template::compile("https://h/${id}")->constant());
}

}  // namespace
}  // namespace airtrain
