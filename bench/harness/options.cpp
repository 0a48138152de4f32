#include "bench/harness/options.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

namespace airtrain::harness {

options::options(int argc, char** argv, std::map<std::string, std::string> defaults)
    : values_(std::move(defaults)) {
  const auto usage = [&](int status) {
    fmt::print(stderr, "usage: {} [--name value]...\n", argv[0]);
    for (const auto& [name, value] : values_)
      fmt::print(stderr, "  --{} (now '{}')\n", name, value);
    std::exit(status);
  };
  for (int i = 1; i < argc; i += 2) {
    const std::string_view given{argv[i]};
    if (given == "--help") usage(0);
    const auto found =
        values_.find(std::string{given.substr(std::min<std::size_t>(2, given.size()))});
    if (!given.starts_with("--") || found == values_.end() || i + 1 == argc) usage(2);
    found->second = argv[i + 1];
  }
}

}  // namespace airtrain::harness
