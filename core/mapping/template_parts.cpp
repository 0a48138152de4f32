#include "core/mapping/template_parts.hpp"

#include <fmt/format.h>

namespace airtrain {
namespace {

// Where the `}` is that closes an expression, past those in strings; npos: nowhere.
std::size_t closing_brace(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '}') {
      return i;
    }
  }
  return std::string_view::npos;
}

bool is_secret(std::string_view inside) {
  const auto first = inside.find_first_not_of(" \t");
  if (first == std::string_view::npos) return false;
  inside.remove_prefix(first);
  return inside.starts_with("env:") || inside.starts_with("file:");
}

result<expression, std::string> compile_part(std::string_view inside) {
  if (is_secret(inside))
    return failure(fmt::format(
        "${{{}}} is a secret: secrets belong to auth, not into what is mapped", inside));
  auto compiled = expression::compile(inside);
  if (compiled) return std::move(*compiled);
  return failure(fmt::format("${{{}}}: {} (at character {})", inside, compiled.error().message,
                             compiled.error().offset + 1));
}

// Appends to a literal at the end, or begins one.
void add_literal(std::vector<template_part>& parts, std::string_view text) {
  if (text.empty()) return;
  if (parts.empty() || parts.back().value) parts.emplace_back();
  parts.back().literal += text;
}

}  // namespace

result<std::vector<template_part>, std::string> split_template(std::string_view text) {
  std::vector<template_part> parts;
  while (true) {
    const auto mark = text.find("${");
    if (mark == std::string_view::npos) break;
    if (mark > 0 && text[mark - 1] == '$') {
      add_literal(parts, text.substr(0, mark - 1));
      add_literal(parts, "${");
      text.remove_prefix(mark + 2);
      continue;
    }
    add_literal(parts, text.substr(0, mark));
    text.remove_prefix(mark + 2);
    const auto close = closing_brace(text);
    if (close == std::string_view::npos)
      return failure(fmt::format("${{{} has no closing }}", text));
    auto part = compile_part(text.substr(0, close));
    if (!part) return failure(std::move(part.error()));
    parts.push_back({{}, std::move(*part)});
    text.remove_prefix(close + 1);
  }
  add_literal(parts, text);
  return parts;
}

result<std::string_view, evaluation_error> part_text(evaluation& evaluate, const expression& part) {
  const auto v = evaluate.of(part.syntax());
  if (!v) return failure(v.error());
  switch (v->what) {
    case json::kind::string:
    case json::kind::number:
      return v->text;
    case json::kind::boolean:
      return v->truth ? "true" : "false";
    default:
      return failure(evaluation_error{
          fmt::format("{} is {}, which has no place in a text", part.text(), described(v->what)),
          false});
  }
}

}  // namespace airtrain
