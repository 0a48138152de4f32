#include <fmt/format.h>

#include <array>

#include "cli/api_client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "config/printable.hpp"

namespace airtrain::cli {
namespace {

int post_to_connector(const arguments& given, std::string_view action, std::string json,
                      std::string_view done) {
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  const std::string& name = given.positionals()[0];
  const auto answer = accepted((*client)->post(
      fmt::format("/v1/connectors/{}/{}", url_encoded(name), action), std::move(json)));
  if (!answer) return exit_failed;
  if (given.has("--json"))
    print_json(answer->raw());
  else
    print(fmt::format("{}: {}\n", printable(name), done));
  return exit_done;
}

struct breaker_word {
  std::string_view word;
  std::string_view state;  ///< as the API calls it
};
constexpr std::array<breaker_word, 4> breaker_words{
    {{"open", "forced_open"}, {"disable", "disabled"}, {"auto", "auto"}, {"reset", "reset"}}};

}  // namespace

int run_pause(const arguments& given) {
  return post_to_connector(given, "pause", "", "paused");
}

int run_resume(const arguments& given) {
  return post_to_connector(given, "resume", "", "resumed");
}

int run_breaker(const arguments& given) {
  for (const auto& [word, state] : breaker_words)
    if (word == given.positionals()[1])
      return post_to_connector(given, "breaker", fmt::format("{{\"state\":\"{}\"}}", state),
                               fmt::format("breaker {}", word));
  fail("a breaker's command is open, disable, auto or reset");
  return exit_usage;
}

}  // namespace airtrain::cli
