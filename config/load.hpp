#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// One thing wrong with a configuration.
struct config_problem {
  int line = 0;
  int column = 0;
  std::string message;
  std::string key_path;  ///< e.g. connectors.payroll.retry.max
};
/// "FILE:LINE:COL: message (key path)"
std::string to_string(const std::filesystem::path& file, const config_problem& problem);

/// Where secrets come from; replaced in tests.
struct secret_sources {
  std::function<std::optional<std::string>(const std::string& name)> env;
  std::function<result<std::string, std::string>(const std::filesystem::path&)> file;
};
secret_sources process_secrets();

/// A secret file's text as it is used: without the line break at its end, which is no part of it.
std::string_view secret_in(std::string_view file_text);
/// Some of it comes from a file, which may hold something else by now.
bool can_be_read_again(const secret& what);
/// The secret with its files read again. The error names the file, never a value.
result<secret, std::string> read_again(const secret& what, const secret_sources& sources);

/// Files and folders that a configuration names.
enum class named_file : std::uint8_t {
  certificates,       ///< to trust
  certificate_chain,  ///< to show
  private_key,        ///< of the chain beside it
  folder,             ///< made when it is missing
  output,             ///< made when it is missing, its folder is not
};
/// Says what is wrong with one of them; "": nothing. `beside`: the chain of a private key.
using look_at_file = std::function<std::string(named_file what, const std::filesystem::path& path,
                                               const std::filesystem::path& beside)>;

/// Reads and validates a configuration (YAML, or JSON by the `.json` ending). On failure every
/// problem, in the order of the file. Paths in it are made relative to the file's folder; what
/// they name is looked at where `look` is given.
result<settings, std::vector<config_problem>> load_settings(const std::filesystem::path& file,
                                                            const secret_sources& secrets,
                                                            const look_at_file& look = {});
/// The same from a text; `file` only names it and its folder.
result<settings, std::vector<config_problem>> parse_settings(std::string_view text,
                                                             const std::filesystem::path& file,
                                                             const secret_sources& secrets,
                                                             const look_at_file& look = {});

/// The commented configuration that `airtrain init` writes. Loads without problems as it is.
std::string_view starter_config();

}  // namespace airtrain
