#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "config/load.hpp"

namespace airtrain {
namespace {

constexpr std::size_t secret_bytes_max = 64u << 10;

result<std::string, std::string> read_secret_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return failure(std::string(std::strerror(errno)));
  std::string text(secret_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return failure(std::string("not a readable file"));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > secret_bytes_max) return failure(std::string("longer than 64KiB"));
  return text;
}

}  // namespace

std::string_view secret_in(std::string_view file_text) {
  const auto last = file_text.find_last_not_of("\r\n");
  return file_text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool can_be_read_again(const secret& what) {
  return std::any_of(what.parts().begin(), what.parts().end(),
                     [](const secret::part& one) { return !one.file.empty(); });
}

result<secret, std::string> read_again(const secret& what, const secret_sources& sources) {
  std::string value;
  for (const auto& one : what.parts()) {
    if (one.file.empty()) {
      value += one.text;
      continue;
    }
    const auto text = sources.file(one.file);
    if (!text) return failure("cannot read " + one.file.string() + ": " + text.error());
    value += secret_in(*text);
  }
  if (value.empty()) return failure(std::string("the secret is empty"));
  return secret(std::move(value), what.parts());
}

secret_sources process_secrets() {
  return {
      [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
      },
      read_secret_file,
  };
}

}  // namespace airtrain
