#include "core/ingest/problem.hpp"

#include <fmt/format.h>

namespace airtrain {
namespace {

std::string code_of(json::parse_fault fault) {
  switch (fault) {
    case json::parse_fault::duplicate_key:
      return "duplicate_key";
    case json::parse_fault::too_deep:
      return "too_deep";
    case json::parse_fault::malformed:
      break;
  }
  return "malformed_json";
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t shown_bytes_max = 60;
  std::string out;
  json::append_quoted(out, text.substr(0, shown_bytes_max));
  if (text.size() > shown_bytes_max) out += "...";
  return out;
}

read_problem json_problem(const json::parse_error& error, std::size_t text_begins_at) {
  return {std::nullopt, 400, code_of(error.fault), json::to_string(error, text_begins_at)};
}

}  // namespace airtrain
