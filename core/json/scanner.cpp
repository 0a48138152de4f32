#include "core/json/scanner.hpp"

#include <limits>

#include "core/json/duplicate_keys.hpp"
#include "core/json/strings.hpp"

namespace airtrain::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool scanner::run() {
  if (static_cast<std::size_t>(end_ - begin_) > std::numeric_limits<std::uint32_t>::max())
    return fail(begin_, "a text of more than 4 GiB");
  skip_space();
  if (!value()) return false;
  while (depth_ > 0)
    if (!next_in_container()) return false;
  skip_space();
  return at_ == end_ || fail(at_, "more text after the value");
}

bool scanner::value() {
  if (at_ == end_) return unexpected("a value is missing");
  switch (*at_) {
    case '{':
      return open(kind::object);
    case '[':
      return open(kind::array);
    case '"':
      return string();
    case 't':
      return literal("true", kind::boolean);
    case 'f':
      return literal("false", kind::boolean);
    case 'n':
      return literal("null", kind::null);
    default:
      if (*at_ == '-' || is_digit(*at_)) return number();
      return unexpected("a value is expected");
  }
}

bool scanner::open(kind what) {
  if (depth_ == depth_max) return fail(at_, "nested too deep", parse_fault::too_deep);
  stack_[depth_++] = {static_cast<std::uint32_t>(nodes_.size()), 0};
  ++at_;
  add(what, at_ - 1);
  return true;
}

bool scanner::next_in_container() {
  auto& top = stack_[depth_ - 1];
  const bool object = nodes_[top.index].what == kind::object;
  skip_space();
  if (at_ == end_) return unexpected("");
  if (*at_ == (object ? '}' : ']')) return close(top);
  if (top.members > 0) {
    if (*at_ != ',')
      return unexpected(object ? "a comma or } is expected" : "a comma or ] is expected");
    ++at_;
    skip_space();
  }
  ++top.members;
  if (object && !key()) return false;
  return value();
}

bool scanner::key() {
  if (at_ == end_ || *at_ != '"') return unexpected("a key in quotes is expected");
  if (!string()) return false;
  skip_space();
  if (at_ == end_ || *at_ != ':') return unexpected("a colon is expected");
  ++at_;
  skip_space();
  return true;
}

bool scanner::close(open_container top) {
  ++at_;
  --depth_;
  auto& container = nodes_[top.index];
  container.end = offset(at_);
  container.next = static_cast<std::uint32_t>(nodes_.size());
  if (container.what != kind::object || top.members < 2) return true;
  const auto duplicate = find_duplicate_key({begin_, end_}, nodes_, top.index, top.members);
  return duplicate == 0 || fail(begin_ + nodes_[duplicate].begin, "the key is there twice",
                                parse_fault::duplicate_key);
}

bool scanner::string() {
  const auto scan = scan_string(at_, end_);
  if (scan.problem != nullptr) return fail(scan.at, scan.problem);
  const char* from = at_;
  at_ = scan.at;
  add(kind::string, from, scan.escaped);
  return true;
}

bool scanner::number() {
  const char* from = at_;
  if (*at_ == '-') ++at_;
  if (at_ != end_ && *at_ == '0') {
    ++at_;
    if (at_ != end_ && is_digit(*at_)) return fail(at_, "a number must not start with 0");
  } else if (!digits()) {
    return false;
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  add(kind::number, from);
  return true;
}

bool scanner::digits() {
  if (at_ == end_ || !is_digit(*at_)) return unexpected("a digit is expected");
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return true;
}

bool scanner::literal(std::string_view word, kind what) {
  const char* from = at_;
  for (char c : word) {
    if (at_ == end_ || *at_ != c) return unexpected("a value is expected");
    ++at_;
  }
  add(what, from);
  return true;
}

void scanner::skip_space() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

void scanner::add(kind what, const char* from, bool escaped) {
  const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
  nodes_.push_back({what, escaped, offset(from), offset(at_), next});
}

bool scanner::fail(const char* at, const char* problem, parse_fault fault) {
  fault_ = fault;
  wrong_ = at;
  problem_ = problem;
  return false;
}

bool scanner::unexpected(const char* problem) {
  return fail(at_, at_ == end_ ? "the text ends too early" : problem);
}

}  // namespace airtrain::json
