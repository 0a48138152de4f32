#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/paging.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "config/printable.hpp"

namespace airtrain::cli {
namespace {

std::string attempt_line(const json_view& attempt) {
  const std::string answer = attempt["answer"].text();
  const std::string status = attempt["status"].text();
  return fmt::format("    {}. {}  {}{}{} in {}s{}{}\n", attempt["n"].text(), attempt["at"].text(),
                     attempt["class"].text(), status.empty() ? "" : " ", status,
                     attempt["seconds"].text(), answer.empty() ? "" : "  ", printable(answer));
}

void print_delivery(const json_view& delivery) {
  const std::string part = delivery["part"].text();
  const std::string next = delivery["next_attempt_at"].text();
  std::string text =
      fmt::format("{}{}: {}", printable(delivery["connector"].text()),
                  part.empty() || part == "0" ? "" : " part " + part, delivery["state"].text());
  if (const std::string why = delivery["reason"].text(); !why.empty())
    text += fmt::format(" ({})", printable(why));
  if (!next.empty()) text += fmt::format(", next attempt {}", next);
  print(text + "\n");
  for (const json_view& attempt : delivery["attempts"].items()) print(attempt_line(attempt));
}

}  // namespace

int run_events_show(const arguments& given) {
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  std::string target = "/v1/events/" + url_encoded(given.positionals()[0]);
  if (const auto source = given.get("--source")) target += "?source=" + url_encoded(*source);
  const auto found = accepted((*client)->get(std::move(target)));
  if (!found) return exit_failed;
  if (given.has("--json")) {
    print_json(found->raw());
    return exit_done;
  }
  print(printable_lines((*found)["event"].raw()) + "\n");
  print(fmt::format("accepted {}\n\n", (*found)["accepted_at"].text()));
  for (const json_view& delivery : (*found)["deliveries"].items()) print_delivery(delivery);
  if ((*found)["deliveries"].items().empty()) print("no connector wanted it\n");
  return exit_done;
}

int run_events_list(const arguments& given) {
  const auto query = option_values(given, {"--type", "--since", "--until"});
  const auto limit = option_limit(given);
  if (!query || !limit) return exit_usage;
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  const auto events = all_pages(**client, "/v1/events", *query, *limit);
  if (!events) return exit_failed;
  if (given.has("--json")) {
    print_json(items_json(*events));
    return exit_done;
  }
  table made({{"ACCEPTED"}, {"TYPE"}, {"DELIVERIES", align::right}, {"ID"}, {"SOURCE"}});
  for (const json_view& one : *events)
    made.add({one["accepted_at"].text(), one["type"].text(), one["deliveries"].text(),
              one["id"].text(), one["source"].text()});
  print(made.empty() ? "no events\n" : made.render(terminal_width()));
  return exit_done;
}

}  // namespace airtrain::cli
