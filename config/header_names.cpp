#include "config/header_names.hpp"

#include <fmt/format.h>

#include <array>

namespace airtrain::config {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

/// The HTTP client's own: a second one would change where a request ends or goes.
constexpr std::array<std::string_view, 9> reserved{
    "Host",    "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE",
    "Trailer", "Expect"};

}  // namespace

bool same_header(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool check_header_name(reader& r, const std::string& name, int line, int column) {
  if (!token(name)) {
    r.problem(line, column, "not a header name");
    return false;
  }
  for (const std::string_view own : reserved)
    if (same_header(name, own)) {
      r.problem(line, column, fmt::format("the header {} is set by airtrain itself", own));
      return false;
    }
  return true;
}

std::optional<std::string> read_header_name(reader& r, const node& at) {
  auto name = r.plain_text(at);
  if (!name || !check_header_name(r, *name, at.line, at.column)) return std::nullopt;
  return name;
}

}  // namespace airtrain::config
