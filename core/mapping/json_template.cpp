#include <fmt/format.h>

#include "core/json/document.hpp"
#include "core/mapping/template.hpp"
#include "core/mapping/template_parts.hpp"

namespace airtrain {
namespace {

// A body is its constant text with holes: the structure is fixed when the template is compiled.
struct piece {
  enum class kind : std::uint8_t { constant, value, text_in_string } what = kind::constant;
  std::string constant;
  std::optional<expression> hole;
};

void append_escaped(std::string& out, std::string_view characters) {
  const auto quote = out.size();
  json::append_quoted(out, characters);
  out.pop_back();
  out.erase(quote, 1);
}

// Flattens the tree into pieces, in document order.
class body_compiler {
 public:
  void compile(const template_source& source, unsigned depth = 0) {
    if (depth > json::depth_max) return fail(source, "nested too deep");
    switch (source.what) {
      case template_source::kind::constant:
        return constant(source);
      case template_source::kind::text:
        return text(source);
      case template_source::kind::list:
        return members(source, '[', ']', depth);
      case template_source::kind::map:
        return members(source, '{', '}', depth);
    }
  }

  std::vector<piece> pieces;
  std::vector<template_error> errors;

 private:
  void constant(const template_source& source) {
    json::document document;
    if (const auto parsed = document.parse(source.text); !parsed)
      return fail(source, "not a JSON value: " + parsed.error().message);
    literal() += source.text;
  }

  void text(const template_source& source) {
    auto parts = split_template(source.text);
    if (!parts) return fail(source, std::move(parts.error()));
    if (parts->size() == 1 && parts->front().value)
      return hole(piece::kind::value, std::move(*parts->front().value));
    literal() += '"';
    for (auto& part : *parts) {
      append_escaped(literal(), part.literal);
      if (part.value) hole(piece::kind::text_in_string, std::move(*part.value));
    }
    literal() += '"';
  }

  void members(const template_source& source, char opening, char closing, unsigned depth) {
    literal() += opening;
    bool first = true;
    for (const auto& [name, member] : source.members) {
      if (!first) literal() += ',';
      first = false;
      if (source.what == template_source::kind::map) key(name, member);
      compile(member, depth + 1);
    }
    literal() += closing;
  }

  void key(const std::string& name, const template_source& member) {
    if (name.find("${") != std::string::npos)
      fail(member, fmt::format("the key {} must not hold an expression", name));
    json::append_quoted(literal(), name);
    literal() += ':';
  }

  std::string& literal() {
    if (pieces.empty() || pieces.back().hole) pieces.emplace_back();
    return pieces.back().constant;
  }

  void hole(piece::kind what, expression value) { pieces.push_back({what, {}, std::move(value)}); }

  void fail(const template_source& source, std::string message) {
    errors.push_back({std::move(message), source.line, source.column});
  }
};

}  // namespace

struct json_template::impl {
  std::vector<piece> pieces;
};

result<json_template, std::vector<template_error>> json_template::compile(
    const template_source& source) {
  body_compiler compiler;
  compiler.compile(source);
  if (!compiler.errors.empty()) return failure(std::move(compiler.errors));
  json_template compiled;
  compiled.impl_ = std::make_shared<const impl>(impl{std::move(compiler.pieces)});
  return compiled;
}

result<std::string, evaluation_error> json_template::render(const event_view& event) const {
  evaluation evaluate{event};
  std::string out;
  for (const auto& p : impl_->pieces) {
    if (p.what == piece::kind::constant) {
      out += p.constant;
    } else if (p.what == piece::kind::value) {
      const auto v = evaluate.of(p.hole->syntax());
      if (!v) return failure(v.error());
      append_json(out, *v);
    } else {
      const auto text = part_text(evaluate, *p.hole);
      if (!text) return failure(text.error());
      append_escaped(out, *text);
    }
  }
  return out;
}

}  // namespace airtrain
