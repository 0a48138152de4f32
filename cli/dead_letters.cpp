#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/paging.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "config/printable.hpp"
#include "core/json/document.hpp"

namespace airtrain::cli {
namespace {

std::optional<query_values> filter_of(const arguments& given) {
  return option_values(
      given, {"--connector", "--type", "--reason", "--group", "--state", "--since", "--until"});
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

/// `"ids": [...]` or `"filter": {...}`.
std::string selection_json(const std::vector<std::string>& ids, const query_values& filter) {
  std::string out = ids.empty() ? "\"filter\":{" : "\"ids\":[";
  bool first = true;
  const auto add = [&](const std::string& text) {
    out += (first ? "" : ",") + text;
    first = false;
  };
  for (const std::string& id : ids) add(quoted(id));
  for (const auto& [name, value] : filter) add(quoted(name) + ":" + quoted(value));
  return out + (ids.empty() ? "}" : "]");
}

/// What a bulk action did so far.
struct bulk_total {
  double matched = 0;
  double done = 0;
  std::vector<json_view> refused;
};

std::string total_json(const bulk_total& total) {
  std::vector<std::string_view> refused;
  for (const json_view& one : total.refused) refused.push_back(one.raw());
  return fmt::format("{{\"matched\":{:.0f},\"done\":{:.0f},\"refused\":[{}]}}", total.matched,
                     total.done, fmt::join(refused, ","));
}

void print_total(const bulk_total& total, std::string_view done_word, bool dry_run) {
  if (dry_run)
    print(fmt::format("{:.0f} would be {}; nothing was done\n", total.matched, done_word));
  else
    print(fmt::format("{:.0f} of {:.0f} {}\n", total.done, total.matched, done_word));
  for (const json_view& one : total.refused)
    print(fmt::format("refused {}: {}\n", printable(one["id"].text()),
                      printable(one["code"].text())));
}

/// Runs the action page by page until all that is selected was treated.
int run_bulk(const arguments& given, std::string_view action, std::string_view done_word,
             const std::string& flags) {
  const auto filter = filter_of(given);
  if (!filter) return exit_usage;
  const auto& ids = given.positionals();
  if (ids.empty() == filter->empty() && !(ids.empty() && given.has("--all"))) {
    fail("select by ids, or by a filter, or --all");
    return exit_usage;
  }
  auto client = api_client::make(given);
  if (!client) return fail(client.error());
  const std::string selection = selection_json(ids, *filter);
  bulk_total total;
  std::string next;
  do {
    const std::string from = next.empty() ? "" : ",\"next\":" + quoted(next);
    const auto answer = accepted((*client)->post(fmt::format("/v1/dead-letters/{}", action),
                                                 "{" + selection + flags + from + "}"));
    if (!answer) return exit_failed;
    total.matched += (*answer)["matched"].number();
    total.done += (*answer)["done"].number();
    const auto refused = (*answer)["refused"].items();
    total.refused.insert(total.refused.end(), refused.begin(), refused.end());
    next = (*answer)["next"].text();
  } while (!next.empty());
  if (given.has("--json"))
    print_json(total_json(total));
  else
    print_total(total, done_word, given.has("--dry-run"));
  return total.refused.empty() ? exit_done : exit_failed;
}

std::string flag_json(const arguments& given, std::string_view option, std::string_view member) {
  return given.has(option) ? fmt::format(",\"{}\":true", member) : std::string();
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
  if (!client) return fail(client.error());
  const auto letters = all_pages(**client, "/v1/dead-letters", *query, *limit);
  if (!letters) return exit_failed;
  if (given.has("--json")) {
    print_json(items_json(*letters));
    return exit_done;
  }
  table made({{"ID"},
              {"CONNECTOR"},
              {"REASON"},
              {"STATUS", align::right},
              {"ATTEMPTS", align::right},
              {"LAST ATTEMPT"},
              {"TYPE"},
              {"EVENT"},
              {"ANSWER"}});
  for (const json_view& one : *letters)
    made.add({one["id"].text(), one["connector"].text(), one["reason"].text(), one["status"].text(),
              one["attempts"].text(), one["last_attempt_at"].text(), one["type"].text(),
              one["event_id"].text(), one["answer"].text()});
  print(made.empty() ? "no dead letters\n" : made.render(terminal_width()));
  return exit_done;
}

int run_dead_letters_show(const arguments& given) {
  auto client = api_client::make(given);
  if (!client) return fail(client.error());
  const auto found =
      accepted((*client)->get("/v1/dead-letters/" + url_encoded(given.positionals()[0])));
  if (!found) return exit_failed;
  given.has("--json") ? print_json(found->raw()) : print_letter(*found);
  return exit_done;
}

int run_dead_letters_replay(const arguments& given) {
  return run_bulk(given, "replay", "replayed",
                  flag_json(given, "--dry-run", "dry_run") +
                      flag_json(given, "--allow-reorder", "allow_reorder") +
                      flag_json(given, "--new-key", "new_key"));
}

int run_dead_letters_discard(const arguments& given) {
  return run_bulk(given, "discard", "discarded", flag_json(given, "--dry-run", "dry_run"));
}

}  // namespace airtrain::cli
