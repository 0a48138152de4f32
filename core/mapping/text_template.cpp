#include <fmt/format.h>

#include <algorithm>

#include "core/mapping/template.hpp"
#include "core/mapping/template_parts.hpp"

namespace airtrain {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (char c : text) {
    if (unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', hex[byte >> 4], hex[byte & 15]});
  }
}

bool has_control_character(std::string_view text) {
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  return false;
}

// What an event says must not lead to another resource or add a header.
std::optional<std::string> objection(std::string_view text, bool for_url) {
  if (for_url && (text == "." || text == ".."))
    return fmt::format("is \"{}\", which would lead to another path", text);
  if (!for_url && has_control_character(text)) return "has a control character";
  return std::nullopt;
}

}  // namespace

struct text_template::impl {
  std::vector<template_part> parts;
};

result<text_template, template_error> text_template::compile(std::string_view text, int line,
                                                             int column) {
  auto parts = split_template(text);
  if (!parts) return failure(template_error{std::move(parts.error()), line, column});
  text_template compiled;
  compiled.impl_ = std::make_shared<const impl>(impl{std::move(*parts)});
  return compiled;
}

bool text_template::constant() const {
  return std::none_of(impl_->parts.begin(), impl_->parts.end(),
                      [](const template_part& part) { return part.value.has_value(); });
}

result<std::string, evaluation_error> text_template::render(const event_view& event,
                                                            bool for_url) const {
  evaluation evaluate{event};
  std::string out;
  for (const auto& part : impl_->parts) {
    out += part.literal;
    if (!part.value) continue;
    const auto text = part_text(evaluate, *part.value);
    if (!text) return failure(text.error());
    if (const auto why = objection(*text, for_url))
      return failure(evaluation_error{fmt::format("{} {}", part.value->text(), *why), false});
    if (for_url)
      append_percent_encoded(out, *text);
    else
      out += *text;
  }
  return out;
}

}  // namespace airtrain
