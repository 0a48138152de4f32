#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/result.hpp"

namespace airtrain::cli {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

struct option_spec {
  std::string_view name;   ///< with its dashes: "--connector"
  std::string_view value;  ///< what follows it, for the help: "NAME"; empty: a flag
  std::string_view doc;
  std::string_view shorter = {};  ///< "-c"; empty: none
  bool required = false;
  std::vector<std::string_view> choices = {};  ///< the only values; empty: any
};

struct positional_spec {
  std::string_view name;  ///< for the help: "CONNECTOR"
  bool required = true;
  bool many = false;  ///< takes all that follow; only the last may
};

/// The words of a command line, after its command.
class arguments {
 public:
  bool has(std::string_view option) const { return options_.contains(option); }
  std::optional<std::string> get(std::string_view option) const;
  std::string get_or(std::string_view option, std::string_view otherwise) const;
  const std::vector<std::string>& positionals() const { return positionals_; }

  friend result<arguments, std::string> parse_arguments(const struct command&,
                                                        std::span<const std::string>);

 private:
  std::map<std::string, std::string, std::less<>> options_;
  std::vector<std::string> positionals_;
};

/// One command: everything that parsing and help need, and what runs it.
struct command {
  std::string_view name;  ///< one word or two: "status", "dead-letters replay"
  std::string_view summary;
  std::vector<positional_spec> positionals;
  std::vector<option_spec> options;
  int (*run)(const arguments&) = nullptr;
  std::string_view details = {};  ///< further lines of its help
};

/// The message of a failure is for people, with did-you-mean.
result<arguments, std::string> parse_arguments(const command& of,
                                               std::span<const std::string> words);

/// The command that `words` begin with; null where there is none. Sets how many words name it.
const command* find_command(const std::vector<command>& commands,
                            std::span<const std::string> words, std::size_t& name_words);

/// The first word of commands of two.
bool is_group(const std::vector<command>& commands, std::string_view word);

std::string help_text(const command& of);
/// All commands, or those whose first word is `group`.
std::string overview_text(const std::vector<command>& commands, std::string_view group = {});
/// Says that there is no such command, and which one may be meant.
std::string unknown_command_text(const std::vector<command>& commands,
                                 std::span<const std::string> words);

}  // namespace airtrain::cli
