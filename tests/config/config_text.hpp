#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace airtrain {

/// Secrets of the tests: TOKEN in the environment, secret.txt beside the configuration.
inline secret_sources test_secrets() {
  return {
      [](const std::string& name) -> std::optional<std::string> {
        if (name == "TOKEN") return "s3cr3t";
        if (name == "BROKEN") return "s3cr3t\r\nX-Evil: yes";
        return std::nullopt;
      },
      [](const std::filesystem::path& file) -> result<std::string, std::string> {
        if (file == "/etc/airtrain/secret.txt") return "fr0mf1le\n";
        return failure(std::string("No such file or directory"));
      },
  };
}

inline result<settings, std::vector<config_problem>> parse_yaml_text(std::string_view text) {
  return parse_settings(text, "/etc/airtrain/airtrain.yaml", test_secrets());
}

/// The problems of a text as `check` prints them, without the file.
inline std::vector<std::string> problems_of(std::string_view text,
                                            const std::filesystem::path& file = "c.yaml") {
  const auto read = parse_settings(text, file, test_secrets());
  std::vector<std::string> lines;
  if (!read)
    for (const config_problem& problem : read.error())
      lines.push_back(to_string(file, problem).substr(file.string().size() + 1));
  return lines;
}

/// A connector of type http that is complete but for `more`, whose lines begin at line 6.
inline std::string http_connector(std::string_view more) {
  return "connectors:\n"
         "  payroll:\n"
         "    type: http\n"
         "    events: [shift]\n"
         "    request: { url: \"https://payroll.example.org/${data.id}\" }\n" +
         std::string(more);
}

}  // namespace airtrain
