#include "cli/bulk.hpp"

#include <fmt/format.h>

#include "cli/terminal.hpp"
#include "config/printable.hpp"
#include "core/json/document.hpp"

namespace airtrain::cli {
namespace {

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

/// Of those that are there, those that can be treated.
double would_be_done(const bulk_total& total) {
  double count = total.matched;
  for (const json_view& one : total.refused)
    if (one["code"].text() != "not_found") --count;
  return count;
}

void print_total(const bulk_total& total, std::string_view done_word, bool dry_run) {
  if (dry_run)
    print(fmt::format("{:.0f} would be {}; nothing was done\n", would_be_done(total), done_word));
  else
    print(fmt::format("{:.0f} of {:.0f} {}\n", total.done, total.matched, done_word));
  for (const json_view& one : total.refused)
    print(fmt::format("refused {}: {}\n", printable(one["id"].text()),
                      printable(one["code"].text())));
}

std::string flags_json(const arguments& given) {
  constexpr std::pair<std::string_view, std::string_view> flags[] = {
      {"--dry-run", "dry_run"}, {"--allow-reorder", "allow_reorder"}, {"--new-key", "new_key"}};
  std::string out;
  for (const auto& [option, member] : flags)
    if (given.has(option)) out += fmt::format(",\"{}\":true", member);
  return out;
}

}  // namespace

int run_bulk(const arguments& given, const std::optional<query_values>& filter,
             const bulk_action& action) {
  return run_bulk(given, filter, action, given.positionals());
}

int run_bulk(const arguments& given, const std::optional<query_values>& filter,
             const bulk_action& action, const std::vector<std::string>& ids) {
  if (!filter) return exit_usage;
  if (ids.empty() == filter->empty() && !(ids.empty() && given.has("--all"))) {
    fail("select by ids, or by a filter, or --all");
    return exit_usage;
  }
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  const std::string flags = flags_json(given);
  const std::string selection = selection_json(ids, *filter);
  bulk_total total;
  std::string next;
  do {
    const std::string from = next.empty() ? "" : ",\"next\":" + quoted(next);
    const auto answer =
        accepted((*client)->post(action.path, "{" + selection + flags + from + "}"));
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
    print_total(total, action.done_word, given.has("--dry-run"));
  return total.refused.empty() ? exit_done : exit_failed;
}

}  // namespace airtrain::cli
