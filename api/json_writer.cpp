#include "api/json_writer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "api/times.hpp"
#include "core/json/document.hpp"

namespace airtrain::api {
void json_writer::separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

json_writer& json_writer::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

json_writer& json_writer::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

json_writer& json_writer::key(std::string_view name) {
  separate();
  json::append_quoted(out_, name);
  out_ += ':';
  comma_ = false;
  return *this;
}

json_writer& json_writer::value(std::string_view text) {
  separate();
  json::append_quoted(out_, text);
  return *this;
}

json_writer& json_writer::value(bool truth) {
  return raw(truth ? "true" : "false");
}

json_writer& json_writer::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

json_writer& json_writer::signed_number(std::int64_t number) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

json_writer& json_writer::unsigned_number(std::uint64_t number) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

json_writer& json_writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

json_writer& json_writer::text_or_null(std::string_view name, std::string_view text) {
  key(name);
  return text.empty() ? null() : value(text);
}

json_writer& json_writer::time_or_null(std::string_view name, std::int64_t wall_ms) {
  key(name);
  return wall_ms == 0 ? null() : value(rfc3339(wall_ms));
}

}  // namespace airtrain::api
