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
