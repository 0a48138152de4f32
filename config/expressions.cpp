#include "config/expressions.hpp"

#include <fmt/format.h>

namespace airtrain::config {
namespace {

/// An unquoted text that YAML cut short inside `${...}`, at a comment sign.
std::string_view quoting_hint(const node& at) {
  const std::size_t open = at.text.rfind("${");
  const bool cut = open != std::string::npos && at.text.find('}', open) == std::string::npos;
  return at.plain && cut ? "; quote this: YAML may have cut the text at a \" #\"" : "";
}

/// A body as the mapping wants it.
template_source source_of(const node& at) {
  template_source source;
  source.line = at.line;
  source.column = at.column;
  switch (at.what) {
    case node::kind::text:
      source.what = template_source::kind::text;
      source.text = at.text;
      break;
    case node::kind::list:
    case node::kind::map:
      source.what =
          at.what == node::kind::list ? template_source::kind::list : template_source::kind::map;
      for (const node& child : at.children) source.members.push_back({child.key, source_of(child)});
      break;
    default:
      source.what = template_source::kind::constant;
      source.text = at.text;
  }
  return source;
}

/// The text with the given place of its first character.
const node* text_at(const node& root, int line, int column) {
  if (root.what == node::kind::text && root.line == line && root.column <= column) return &root;
  const node* best = nullptr;
  for (const node& child : root.children) {
    const node* found = text_at(child, line, column);
    if (found != nullptr && (best == nullptr || found->column > best->column)) best = found;
  }
  return best;
}

void report(reader& r, const node& at, const template_error& error) {
  const node* text = text_at(at, error.line, error.column);
  const std::string message =
      error.message + std::string(text != nullptr ? quoting_hint(*text) : "");
  // Where the file has escapes or line breaks inside the text, only its beginning is certain.
  if (text != nullptr && text->verbatim)
    r.problem(error.line, error.column, message);
  else
    r.problem(text != nullptr ? *text : at, message);
}

}  // namespace

std::optional<expression> read_expression(reader& r, const node& at) {
  if (!at.scalar() || at.what == node::kind::null) {
    r.problem(at, "must be an expression, as in data.dept == \"nursing\"");
    return std::nullopt;
  }
  if (at.text.starts_with("${")) {
    r.problem(at, "is an expression as it stands: write it without ${ and }");
    return std::nullopt;
  }
  auto compiled = expression::compile(at.text);
  if (compiled) return std::move(*compiled);
  r.problem_within(at, compiled.error().offset, compiled.error().message);
  return std::nullopt;
}

std::optional<text_template> read_text_template(reader& r, const node& at) {
  if (!at.scalar() || at.what == node::kind::null) {
    r.problem(at, "must be a text, which may hold ${...}");
    return std::nullopt;
  }
  auto compiled = text_template::compile(at.text, at.line, at.column);
  if (compiled) return std::move(*compiled);
  report(r, at, compiled.error());
  return std::nullopt;
}

std::optional<json_template> read_json_template(reader& r, const node& at) {
  auto compiled = json_template::compile(source_of(at));
  if (compiled) return std::move(*compiled);
  for (const template_error& error : compiled.error()) report(r, at, error);
  return std::nullopt;
}

}  // namespace airtrain::config
