#include "bench/harness/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace airtrain::harness {

options::options(int argc, char** argv, std::map<std::string, std::string> defaults,
                 const std::vector<std::string>& switches, const std::string& rest)
    : values_(std::move(defaults)) {
  const auto usage = [&](int status) {
    fmt::print(stderr, "usage: {} [--name value]... {}\n", argv[0], rest);
    for (const auto& name : switches) fmt::print(stderr, "  --{}\n", name);
    for (const auto& [name, value] : values_)
      if (std::ranges::find(switches, name) == switches.end())
        fmt::print(stderr, "  --{} (now '{}')\n", name, value);
    std::exit(status);
  };
  for (const auto& name : switches) values_[name] = "no";
  for (int i = 1; i < argc; ++i) {
    const std::string_view given{argv[i]};
    if (given == "--help") usage(0);
    if (!given.starts_with("--") && !rest.empty()) {
      rest_.emplace_back(given);
      continue;
    }
    const std::string name{given.substr(std::min<std::size_t>(2, given.size()))};
    const auto found = values_.find(name);
    if (!given.starts_with("--") || found == values_.end()) usage(2);
    const bool is_switch = std::ranges::find(switches, name) != switches.end();
    if (!is_switch && i + 1 == argc) usage(2);
    found->second = is_switch ? "yes" : argv[++i];
  }
}

}  // namespace airtrain::harness
