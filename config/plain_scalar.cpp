#include <charconv>

#include "config/tree.hpp"

namespace airtrain::config {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `0x1F` and `0o17`, which JSON does not have. Unset: not of this form.
std::optional<bool> based_integer(std::string_view text, node& into) {
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'o')) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, value, text[1] == 'x' ? 16 : 8);
  if (stop != end) return std::nullopt;
  if (error != std::errc{}) return false;
  into.what = node::kind::integer;
  into.text = std::to_string(value);
  return true;
}

/// Takes the digits at the front.
std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

/// [-+]? ( .digits | digits (.digits*)? ) ([eE] [-+]? digits)?, written as JSON would.
bool number(std::string_view rest, node& into) {
  std::string json;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    if (rest[0] == '-') json = "-";
    rest.remove_prefix(1);
  }
  const std::string_view whole = take_digits(rest);
  if (whole.size() > 1 && whole[0] == '0') return false;
  json += whole.empty() ? std::string_view("0") : whole;
  bool integer = true;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    integer = false;
    const std::string_view fraction = take_digits(rest);
    if (whole.empty() && fraction.empty()) return false;
    json += '.';
    json += fraction.empty() ? std::string_view("0") : fraction;
  } else if (whole.empty()) {
    return false;
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    integer = false;
    const std::string_view power = rest.substr(1);
    const bool sign = power.starts_with('-') || power.starts_with('+');
    if (!digits(power.substr(sign ? 1 : 0))) return false;
    json += rest;
    rest = {};
  }
  if (!rest.empty()) return false;
  into.what = integer ? node::kind::integer : node::kind::decimal;
  into.text = std::move(json);
  return true;
}

}  // namespace

bool resolve_plain(std::string_view written, node& into) {
  if (one_of(written, {"", "~", "null", "Null", "NULL"})) {
    into.what = node::kind::null;
    into.text = "null";
    return true;
  }
  const bool yes = one_of(written, {"true", "True", "TRUE"});
  if (yes || one_of(written, {"false", "False", "FALSE"})) {
    into.what = node::kind::boolean;
    into.text = yes ? "true" : "false";
    return true;
  }
  if (const auto based = based_integer(written, into)) return *based;
  if (number(written, into)) return true;
  into.what = node::kind::text;
  into.text = written;
  const std::string_view magnitude =
      written.substr(written.starts_with('-') || written.starts_with('+') ? 1 : 0);
  return !one_of(magnitude, {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"});
}

}  // namespace airtrain::config
