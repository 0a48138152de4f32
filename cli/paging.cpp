#include "cli/paging.hpp"

#include <fmt/format.h>

#include <charconv>

#include "cli/terminal.hpp"
#include "cli/times.hpp"

namespace airtrain::cli {
namespace {

constexpr std::size_t page_max = 1000;
constexpr std::size_t default_limit = 100;

}  // namespace

std::optional<query_values> option_values(const arguments& given,
                                          std::initializer_list<std::string_view> names) {
  query_values values;
  for (const std::string_view name : names) {
    auto value = given.get(name);
    if (!value) continue;
    if (name == "--since" || name == "--until") {
      auto time = moment(*value, wall_clock_ms());
      if (!time) {
        fail(fmt::format("{}: {}", name, time.error()));
        return std::nullopt;
      }
      value = std::move(*time);
    } else if ((name == "--part" || name == "--group") &&
               value->find_first_not_of("0123456789") != std::string::npos) {
      fail(fmt::format("{} must be a number", name));
      return std::nullopt;
    }
    values.emplace_back(name.substr(2), std::move(*value));
  }
  return values;
}

std::optional<std::size_t> option_limit(const arguments& given) {
  const auto text = given.get("--limit");
  if (!text) return default_limit;
  std::size_t limit = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, limit);
  if (error == std::errc{} && stop == end && limit > 0) return limit;
  fail("--limit must be a number above 0");
  return std::nullopt;
}

std::optional<std::vector<json_view>> all_pages(api_client& client, const std::string& path,
                                                const query_values& query, std::size_t limit) {
  std::string fixed;
  for (const auto& [name, value] : query) fixed += fmt::format("&{}={}", name, url_encoded(value));
  std::vector<json_view> items;
  std::string next;
  do {
    std::string target =
        fmt::format("{}?limit={}{}", path, std::min(page_max, limit - items.size()), fixed);
    if (!next.empty()) target += "&next=" + url_encoded(next);
    const auto page = accepted(client.get(std::move(target)));
    if (!page) return std::nullopt;
    const auto found = (*page)["items"].items();
    items.insert(items.end(), found.begin(), found.end());
    next = (*page)["next"].text();
  } while (!next.empty() && items.size() < limit);
  if (!next.empty())
    note(fmt::format("these are the first {}; there are more: --limit N shows N of them", limit));
  return items;
}

std::string items_json(const std::vector<json_view>& items) {
  std::string out = "{\"items\":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    out += items[i].raw();
  }
  return out + "]}";
}

}  // namespace airtrain::cli
