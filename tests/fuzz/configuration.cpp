// The configuration file. Input: `j` for JSON, anything else for YAML, then the text. Secrets come
// from a fixed source: nothing of this machine is read.

#include <cstdint>

#include "config/load.hpp"
#include "messages/invariant.hpp"

namespace {

constexpr std::string_view the_secret = "never-to-be-shown";

airtrain::secret_sources fixed_secrets() {
  return {[](const std::string& name) -> std::optional<std::string> {
            if (name == "TOKEN") return std::string(the_secret);
            return std::nullopt;
          },
          [](const std::filesystem::path&) -> airtrain::result<std::string, std::string> {
            return std::string(the_secret);
          }};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace airtrain;
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::filesystem::path file = data[0] == 'j' ? "/fuzz/c.json" : "/fuzz/c.yaml";
  const bool says_it_itself = text.find(the_secret) != std::string_view::npos;
  const auto read = parse_settings(text, file, fixed_secrets());
  if (read) return 0;
  AIRTRAIN_INVARIANT(!read.error().empty());
  for (const auto& problem : read.error()) {
    const auto shown = to_string(file, problem);
    AIRTRAIN_INVARIANT(says_it_itself || shown.find(the_secret) == std::string::npos);
    AIRTRAIN_INVARIANT(shown.find('\n') == std::string::npos);
  }
  return 0;
}
