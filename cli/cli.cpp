#include "cli/cli.hpp"

#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"

namespace airtrain {
namespace {

constexpr std::string_view version = AIRTRAIN_VERSION;

int usage(std::string_view message, std::string_view see) {
  cli::fail(fmt::format("{}\nsee `airtrain {}`", message, see));
  return cli::exit_usage;
}

bool asks_for_help(std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

int run(std::span<const std::string> words) {
  const auto& commands = cli::all_commands();
  if (words.empty()) return usage("which command?", "--help");
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    cli::print(cli::overview_text(commands));
    return cli::exit_done;
  }
  if (words[0] == "--version") {
    cli::print(fmt::format("airtrain {}\n", version));
    return cli::exit_done;
  }
  std::size_t name_words = 0;
  const cli::command* chosen = cli::find_command(commands, words, name_words);
  if (chosen == nullptr) {
    if (cli::is_group(commands, words[0]) && asks_for_help(words.subspan(1)) &&
        words[1].starts_with('-')) {
      cli::print(cli::overview_text(commands, words[0]));
      return cli::exit_done;
    }
    return usage(cli::unknown_command_text(commands, words), "--help");
  }
  const auto rest = words.subspan(name_words);
  if (asks_for_help(rest)) {
    cli::print(cli::help_text(*chosen));
    return cli::exit_done;
  }
  const auto given = cli::parse_arguments(*chosen, rest);
  if (!given) return usage(given.error(), fmt::format("{} --help", chosen->name));
  return chosen->run(*given);
}

}  // namespace

int run_cli(int argc, char** argv) {
  // A reader that goes away (`airtrain ... | head`) is an error of a write, not a death.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    return run(words);
  } catch (const std::exception& broken) {
    return cli::fail(broken.what());
  }
}

}  // namespace airtrain
