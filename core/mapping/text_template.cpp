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

// The segment of the path around a place in a URL; empty behind the path.
std::string_view segment_at(std::string_view url, std::size_t place) {
  if (url.substr(0, place).find_first_of("?#") != url.npos) return {};
  const auto slash = place == 0 ? url.npos : url.rfind('/', place - 1);
  const auto begin = slash == url.npos ? 0 : slash + 1;
  return url.substr(begin, url.find_first_of("/?#", place) - begin);
}

// What an event says must not lead to another resource, also not together with what is around it.
bool leads_elsewhere(std::string_view url, std::size_t place) {
  const auto segment = segment_at(url, place);
  return segment == "." || segment == "..";
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
  std::vector<std::pair<const template_part*, std::size_t>> inserted;
  for (const auto& part : impl_->parts) {
    out += part.literal;
    if (!part.value) continue;
    const auto text = part_text(evaluate, *part.value);
    if (!text) return failure(text.error());
    if (for_url) {
      inserted.emplace_back(&part, out.size());
      append_percent_encoded(out, *text);
    } else if (has_control_character(*text)) {
      return failure(evaluation_error{part.value->text() + " has a control character", false});
    } else {
      out += *text;
    }
  }
  for (const auto& [part, place] : inserted)
    if (leads_elsewhere(out, place))
      return failure(evaluation_error{
          fmt::format("{} makes a segment \"{}\", which would lead to another path",
                      part->value->text(), segment_at(out, place)),
          false});
  return out;
}

}  // namespace airtrain
