#include "core/mapping/value.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/mapping/decimal.hpp"

namespace airtrain {
namespace {

// Depth is bounded by the document's.
void append_canonical_at(std::string& out, const json::document& document, std::uint32_t index);

void append_canonical_list(std::string& out, const json::document& document, std::uint32_t list) {
  out += '[';
  for (auto i = list + 1; i != document.at(list).next; i = document.at(i).next) {
    append_canonical_at(out, document, i);
    out += ',';
  }
  out += ']';
}

void append_canonical_map(std::string& out, const json::document& document, std::uint32_t map) {
  std::vector<std::pair<std::string, std::uint32_t>> members;
  for (auto key = map + 1; key != document.at(map).next; key = document.at(key + 1).next)
    members.emplace_back(document.string(key), key + 1);
  std::sort(members.begin(), members.end());
  out += '{';
  for (const auto& [name, index] : members) {
    json::append_quoted(out, name);
    out += ':';
    append_canonical_at(out, document, index);
    out += ',';
  }
  out += '}';
}

void append_canonical_at(std::string& out, const json::document& document, std::uint32_t index) {
  std::string buffer;
  append_canonical(out, value_at(document, index, buffer));
}

bool scalar(json::kind what) {
  return what != json::kind::array && what != json::kind::object;
}

}  // namespace

value text_value(std::string_view characters) {
  value v;
  v.what = json::kind::string;
  v.text = characters;
  return v;
}

value boolean_value(bool truth) {
  value v;
  v.what = json::kind::boolean;
  v.truth = truth;
  return v;
}

value value_at(const json::document& document, std::uint32_t index, std::string& buffer) {
  value v;
  v.what = document.at(index).what;
  v.document = &document;
  v.index = index;
  if (v.what == json::kind::string) v.text = document.string(index, buffer);
  if (v.what == json::kind::number) v.text = document.raw(index);
  if (v.what == json::kind::boolean) v.truth = document.raw(index) == "true";
  return v;
}

bool equal(const value& a, const value& b) {
  if (a.what != b.what) return false;
  switch (a.what) {
    case json::kind::null:
      return true;
    case json::kind::boolean:
      return a.truth == b.truth;
    case json::kind::string:
      return a.text == b.text;
    case json::kind::number:
      return a.text == b.text || decimal::of(a.text) == decimal::of(b.text);
    case json::kind::array:
    case json::kind::object:
      break;
  }
  std::string left;
  std::string right;
  append_canonical(left, a);
  append_canonical(right, b);
  return left == right;
}

void append_json(std::string& out, const value& v) {
  if (v.document != nullptr) {
    out += v.document->raw(v.index);
  } else if (v.what == json::kind::string) {
    json::append_quoted(out, v.text);
  } else if (v.what == json::kind::boolean) {
    out += v.truth ? "true" : "false";
  } else {
    out += v.what == json::kind::number ? v.text : "null";
  }
}

void append_canonical(std::string& out, const value& v) {
  if (v.what == json::kind::number) {
    out += decimal::of(v.text).normal_form();
  } else if (v.what == json::kind::string) {
    json::append_quoted(out, v.text);
  } else if (scalar(v.what)) {
    append_json(out, v);
  } else if (v.what == json::kind::array) {
    append_canonical_list(out, *v.document, v.index);
  } else {
    append_canonical_map(out, *v.document, v.index);
  }
}

std::string_view described(json::kind what) {
  switch (what) {
    case json::kind::null:
      return "null";
    case json::kind::boolean:
      return "a boolean";
    case json::kind::number:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      break;
  }
  return "a map";
}

}  // namespace airtrain
