#include <fmt/format.h>

#include "cli/bulk.hpp"
#include "cli/commands.hpp"
#include "cli/paging.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "config/printable.hpp"

namespace airtrain::cli {
namespace {

std::optional<query_values> filter_of(const arguments& given) {
  return option_values(
      given, {"--connector", "--type", "--reason", "--group", "--state", "--since", "--until"});
}

/// The API lists dead and expired ones apart.
std::optional<std::vector<json_view>> fetch_letters(api_client& client, query_values query,
                                                    bool one_state, std::size_t limit) {
  auto letters = all_pages(client, "/v1/dead-letters", query, limit);
  if (one_state || !letters || letters->size() >= limit) return letters;
  query.emplace_back("state", "expired");
  const auto expired = all_pages(client, "/v1/dead-letters", query, limit - letters->size());
  if (!expired) return std::nullopt;
  letters->insert(letters->end(), expired->begin(), expired->end());
  return letters;
}

void print_letter(const json_view& letter) {
  for (const std::string_view name :
       {"id", "event_id", "source", "type", "connector", "part", "state", "reason", "limit",
        "group", "status", "answer", "attempts", "first_attempt_at", "last_attempt_at", "request",
        "event"})
    if (const json_view value = letter[name]; !value.null())
      print(fmt::format("{:<17} {}\n", name, printable(value.text())));
}

}  // namespace

int run_dead_letters_list(const arguments& given) {
  const auto query = filter_of(given);
  const auto limit = option_limit(given);
  if (!query || !limit) return exit_usage;
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  const auto letters = fetch_letters(**client, *query, given.has("--state"), *limit);
  if (!letters) return exit_failed;
  if (given.has("--json")) {
    print_json(items_json(*letters));
    return exit_done;
  }
  table made({{"ID"},
              {"CONNECTOR"},
              {"STATE"},
              {"REASON"},
              {"STATUS", align::right},
              {"ATTEMPTS", align::right},
              {"LAST ATTEMPT"},
              {"TYPE"},
              {"EVENT"},
              {"ANSWER"}});
  for (const json_view& one : *letters)
    made.add({one["id"].text(), one["connector"].text(), one["state"].text(), one["reason"].text(),
              one["status"].text(), one["attempts"].text(), one["last_attempt_at"].text(),
              one["type"].text(), one["event_id"].text(), one["answer"].text()});
  print(made.empty() ? "no dead letters\n" : made.render(terminal_width()));
  return exit_done;
}

int run_dead_letters_show(const arguments& given) {
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  const auto found =
      accepted((*client)->get("/v1/dead-letters/" + url_encoded(given.positionals()[0])));
  if (!found) return exit_failed;
  given.has("--json") ? print_json(found->raw()) : print_letter(*found);
  return exit_done;
}

int run_dead_letters_replay(const arguments& given) {
  return run_bulk(given, filter_of(given), {"/v1/dead-letters/replay", "replayed"});
}

int run_dead_letters_discard(const arguments& given) {
  return run_bulk(given, filter_of(given), {"/v1/dead-letters/discard", "discarded"});
}

}  // namespace airtrain::cli
