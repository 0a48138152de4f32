#include "cli/shell_quoted.hpp"

#include <fmt/format.h>

#include "config/printable.hpp"

namespace airtrain::cli {

std::string shell_quoted(std::string_view text) {
  if (printable(text) == text) {
    std::string out = "'";
    for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
    return out + "'";
  }
  std::string out = "$'";
  for (const char c : text) {
    if (c == '\'' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (c < 0x20 || c >= 0x7F)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "'";
}

}  // namespace airtrain::cli
