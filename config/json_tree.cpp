#include <fmt/format.h>

#include "config/tree.hpp"
#include "core/json/document.hpp"

namespace airtrain::config {
namespace {

/// Walks the offsets of a text in ascending order and knows the line and column of each.
class line_counter {
 public:
  explicit line_counter(std::string_view text) : text_(text) {}
  void advance_to(std::size_t offset) {
    for (; at_ < std::min(offset, text_.size()); ++at_) {
      if (text_[at_] == '\n') {
        ++line;
        column = 1;
      } else if ((text_[at_] & '\xC0') != '\x80') {
        ++column;
      }
    }
  }
  int line = 1;
  int column = 1;

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

node::kind number_kind(std::string_view raw) {
  return raw.find_first_of(".eE") == std::string_view::npos ? node::kind::integer
                                                            : node::kind::decimal;
}

class json_converter {
 public:
  json_converter(std::string_view text, const json::document& from) : from_(from), place_(text) {}

  /// The value at `index`; `index` moves behind it. Depth is bounded by the document's own limit.
  node value(std::uint32_t& index) {
    const json::node& at = from_.at(index);
    place_.advance_to(at.begin);
    node made;
    made.line = place_.line;
    made.column = place_.column;
    const std::uint32_t self = index++;
    switch (at.what) {
      case json::kind::null:
      case json::kind::boolean:
        made.what = at.what == json::kind::null ? node::kind::null : node::kind::boolean;
        made.text = from_.raw(self);
        break;
      case json::kind::number:
        made.text = from_.raw(self);
        made.what = number_kind(made.text);
        break;
      case json::kind::string:
        made.what = node::kind::text;
        made.text = from_.string(self);
        made.verbatim = !at.escaped;
        ++made.column;
        break;
      case json::kind::array:
        made.what = node::kind::list;
        while (index < at.next) made.children.push_back(value(index));
        break;
      case json::kind::object:
        made.what = node::kind::map;
        while (index < at.next) made.children.push_back(member(index));
        break;
    }
    return made;
  }

 private:
  node member(std::uint32_t& index) {
    place_.advance_to(from_.at(index).begin);
    const int line = place_.line;
    const int column = place_.column;
    std::string key = from_.string(index++);
    node made = value(index);
    made.key = std::move(key);
    made.key_line = line;
    made.key_column = column;
    return made;
  }

  const json::document& from_;
  line_counter place_;
};

}  // namespace

result<node, std::vector<config_problem>> parse_json(std::string_view text) {
  json::document parsed;
  if (const auto read = parsed.parse(text); !read) {
    line_counter place(text);
    place.advance_to(read.error().offset);
    return failure(std::vector<config_problem>{
        {place.line, place.column, fmt::format("not valid JSON: {}", read.error().message), {}}});
  }
  std::uint32_t index = 0;
  return json_converter(text, parsed).value(index);
}

}  // namespace airtrain::config
