#include <fmt/format.h>

#include <array>
#include <cmath>

#include "api/times.hpp"
#include "cli/api_client.hpp"
#include "cli/commands.hpp"
#include "cli/paging.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/times.hpp"
#include "cli/wait.hpp"

namespace airtrain::cli {
namespace {

constexpr std::chrono::seconds redraw_interval{1};

std::string duration_cell(const json_view& seconds) {
  return seconds.null() ? "-" : short_duration(seconds.number());
}

std::string latency_cell(const json_view& seconds) {
  const double ms = seconds.number() * 1000;
  if (seconds.null()) return "-";
  return ms < 10 ? fmt::format("{:.1f}ms", ms) : short_duration(ms / 1000);
}

std::string error_cell(const json_view& error) {
  if (error.null()) return "";
  const std::string status = error["status"].text();
  return fmt::format("{}{}{} {}", error["class"].text(), status.empty() || status == "0" ? "" : " ",
                     status == "0" ? "" : status, error["message"].text());
}

/// "512B", "1.4MiB": about, for a table.
std::string short_size(double bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f}{}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

/// Of the backlog, and how much of its limit that is.
std::string size_cell(const json_view& one) {
  const double bytes = one["backlog_bytes"].number();
  const auto shown = short_size(bytes);
  if (one["backlog_max"].null()) return shown;
  return fmt::format("{} ({:.0f}%)", shown, 100 * bytes / one["backlog_max"].number());
}

std::string state_cell(const json_view& one) {
  const std::string why = one["reason"].text();
  return why.empty() ? one["state"].text() : fmt::format("{} ({})", one["state"].text(), why);
}

/// Of how many, where the connector tells.
std::string in_flight_cell(const json_view& one) {
  const auto& limit = one["concurrency_limit"];
  if (limit.null() || limit.text() == "0") return one["in_flight"].text();
  return fmt::format("{}/{}", one["in_flight"].text(), limit.text());
}

std::string status_table(const std::vector<json_view>& connectors, std::size_t width) {
  table made({{"CONNECTOR"},
              {"STATE"},
              {"BREAKER"},
              {"BACKLOG", align::right},
              {"SIZE", align::right},
              {"OLDEST", align::right},
              {"IN FLIGHT", align::right},
              {"RATE/S", align::right},
              {"P50", align::right},
              {"P99", align::right},
              {"DELIVERED", align::right},
              {"STOPPED", align::right},
              {"DEAD", align::right},
              {"LAST ERROR"}});
  for (const json_view& one : connectors)
    made.add({one["name"].text(), state_cell(one), one["breaker"]["state"].text(),
              one["backlog"].text(), size_cell(one), duration_cell(one["oldest_pending_seconds"]),
              in_flight_cell(one), fmt::format("{:.1f}", one["rate_per_second"].number()),
              latency_cell(one["latency_seconds"]["p50"]),
              latency_cell(one["latency_seconds"]["p99"]), one["delivered_total"].text(),
              one["lanes_stopped"].text(), one["dead_letters"].text(),
              error_cell(one["last_error"])});
  return made.empty() ? "no connectors\n" : made.render(width);
}

/// The connectors that were asked for, or nothing after a failure was printed.
std::optional<std::vector<json_view>> fetch(api_client& client, const arguments& given) {
  if (given.positionals().empty()) return all_pages(client, "/v1/connectors", {});
  const auto one = accepted(client.get("/v1/connectors/" + url_encoded(given.positionals()[0])));
  if (!one) return std::nullopt;
  return std::vector<json_view>{*one};
}

/// Overwrites what the last drawing left, without the flicker of clearing first.
void redraw(const std::string& text) {
  std::string lines = "\x1b[H";
  for (const char c : text) {
    if (c == '\n') lines += "\x1b[K";
    lines += c;
  }
  print(lines + "\x1b[J");
}

int watch(api_client& client, const arguments& given) {
  const bool draw = output_is_terminal() && !given.has("--json");
  if (draw) print("\x1b[2J");
  while (true) {
    const auto connectors = fetch(client, given);
    if (connectors && given.has("--json"))
      print_json(items_json(*connectors));
    else if (connectors && draw)
      redraw(fmt::format("{}\n\n{}", api::rfc3339(wall_clock_ms()),
                         status_table(*connectors, terminal_width())));
    else if (connectors)
      print(status_table(*connectors, 0) + "\n");
    if (std::ferror(stdout) != 0) return exit_failed;
    wait_for(redraw_interval);
  }
}

}  // namespace

int run_status(const arguments& given) {
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  if (given.has("--watch")) return watch(**client, given);
  const auto connectors = fetch(**client, given);
  if (!connectors) return exit_failed;
  if (given.has("--json"))
    print_json(items_json(*connectors));
  else
    print(status_table(*connectors, terminal_width()));
  return exit_done;
}

}  // namespace airtrain::cli
