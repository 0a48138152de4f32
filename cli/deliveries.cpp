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
  return option_values(given,
                       {"--connector", "--type", "--reason", "--state", "--since", "--until"});
}

std::string wait_line(const json_view& reason) {
  const std::string id = reason["id"].text();
  const std::string until = reason["until"].text();
  return fmt::format("  waits for {}{}{}\n", reason["what"].text(),
                     id.empty() ? "" : " " + printable(id),
                     until.empty() ? "" : ", until " + until);
}

void print_why(const json_view& why) {
  const std::string reason = why["reason"].text();
  print(fmt::format("{}{}\n", why["state"].text(), reason.empty() ? "" : " (" + reason + ")"));
  for (const json_view& one : why["waits_for"].items()) print(wait_line(one));
  if (const auto earliest = why["earliest"].text(); !earliest.empty())
    print(fmt::format("  not before {}\n", earliest));
}

}  // namespace

int run_deliveries_list(const arguments& given) {
  const auto query = option_values(given, {"--connector", "--state"});
  const auto limit = option_limit(given);
  if (!query || !limit) return exit_usage;
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  const auto deliveries = all_pages(**client, "/v1/deliveries", *query, *limit);
  if (!deliveries) return exit_failed;
  if (given.has("--json")) {
    print_json(items_json(*deliveries));
    return exit_done;
  }
  table made({{"ID"},
              {"CONNECTOR"},
              {"STATE"},
              {"REASON"},
              {"ATTEMPTS", align::right},
              {"NEXT ATTEMPT"},
              {"ACCEPTED"},
              {"TYPE"},
              {"EVENT"}});
  for (const json_view& one : *deliveries)
    made.add({one["id"].text(), one["connector"].text(), one["state"].text(), one["reason"].text(),
              one["attempts"].text(), one["next_attempt_at"].text(), one["accepted_at"].text(),
              one["type"].text(), one["event_id"].text()});
  print(made.empty() ? "no deliveries wait\n" : made.render(terminal_width()));
  return exit_done;
}

int run_deliveries_retry(const arguments& given) {
  return run_bulk(given, filter_of(given), {"/v1/deliveries/retry", "retried"});
}

int run_deliveries_discard(const arguments& given) {
  return run_bulk(given, filter_of(given), {"/v1/deliveries/discard", "discarded"});
}

int run_deliveries_dead_letter(const arguments& given) {
  return run_bulk(given, filter_of(given), {"/v1/deliveries/dead-letter", "dead-lettered"});
}

int run_rerender(const arguments& given) {
  const auto& words = given.positionals();
  return run_bulk(
      given, option_values(given, {"--type", "--reason", "--state", "--since", "--until"}),
      {fmt::format("/v1/connectors/{}/rerender", url_encoded(words[0])), "moved to the mapping"},
      {words.begin() + 1, words.end()});
}

int run_why(const arguments& given) {
  const auto query = option_values(given, {"--source", "--part"});
  if (!query) return exit_usage;
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  std::string target = fmt::format("/v1/deliveries/{}/{}/why", url_encoded(given.positionals()[0]),
                                   url_encoded(given.positionals()[1]));
  char before = '?';
  for (const auto& [name, value] : *query) {
    target += fmt::format("{}{}={}", before, name, url_encoded(value));
    before = '&';
  }
  const auto why = accepted((*client)->get(std::move(target)));
  if (!why) return exit_failed;
  given.has("--json") ? print_json(why->raw()) : print_why(*why);
  return exit_done;
}

}  // namespace airtrain::cli
