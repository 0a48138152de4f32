#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/json_view.hpp"
#include "cli/read_config.hpp"
#include "cli/shell_quoted.hpp"
#include "cli/terminal.hpp"
#include "config/printable.hpp"
#include "connectors/make_connector.hpp"
#include "core/ingest/event_reader.hpp"
#include "core/routing.hpp"

namespace airtrain::cli {
namespace {

constexpr std::size_t event_bytes_max = 64u << 20;

result<std::string, std::string> read_all(const std::string& name) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) return failure(fmt::format("{}: cannot be opened", name));
  }
  std::istream& in = name == "-" ? std::cin : file;
  std::string text(event_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return failure(fmt::format("{}: cannot be read", name));
  if (text.size() > event_bytes_max) return failure(fmt::format("{}: is too long", name));
  return text;
}

result<event_ref, std::string> read_event(const std::string& name) {
  const auto text = read_all(name);
  if (!text) return failure(text.error());
  const std::string shown_name = name == "-" ? "standard input" : name;
  const auto json = json_view::parse(*text);
  const bool cloudevent = json && (*json)["specversion"].present();
  reader_defaults defaults;
  defaults.source = "/airtrain";
  const read_result read =
      read_events(cloudevent ? body_form::cloudevent : body_form::plain,
                  cloudevent ? "application/cloudevents+json" : "", *text, {}, {}, defaults);
  if (!read.problems.empty())
    return failure(fmt::format("{}: {}", shown_name, read.problems[0].detail));
  if (read.events.size() != 1) return failure(fmt::format("{}: not one event", shown_name));
  return read.events[0].event;
}

const connector_settings* find_connector(const settings& from, std::string_view name) {
  for (const connector_settings& c : from.connectors)
    if (c.name == name) return &c;
  return nullptr;
}

/// Says when the service would not send this event to this connector.
void note_if_not_routed(const connector_settings& to, const event_ref& event) {
  const routing_table table({{1, to.events, to.when, to.ordering_key}});
  std::vector<routed> routes;
  table.route(event_view(event), routes);
  if (routes.empty())
    std::fprintf(stderr, "note: `%s` does not take this event (events or when)\n", to.name.c_str());
  else if (!routes[0].error.empty())
    std::fprintf(stderr, "note: `when` fails: %s\n", printable(routes[0].error).c_str());
}

void print_request(const previewed_request& request) {
  std::string head = fmt::format("{} {}\n{}", request.method, request.url, request.headers);
  std::erase(head, '\r');
  print(printable_lines(head) + "\n");
  if (!request.body.empty()) print(printable_lines(request.body) + "\n");
}

void print_curl(const previewed_request& request) {
  std::string text = fmt::format("curl -X {} {}", request.method, shell_quoted(request.url));
  std::string_view rest = request.headers;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    text += " \\\n  -H " + shell_quoted(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  }
  if (!request.body.empty()) text += " \\\n  --data-binary " + shell_quoted(request.body);
  print(text + "\n");
}

}  // namespace

int run_preview(const arguments& given) {
  const auto config = read_config(*given.get("--config"));
  if (!config) return exit_failed;
  const std::string name = *given.get("--connector");
  const connector_settings* connector = find_connector(*config, name);
  if (connector == nullptr) {
    std::vector<std::string_view> names;
    for (const connector_settings& c : config->connectors) names.push_back(c.name);
    const std::string_view nearest = nearest_name(name, names);
    return fail(fmt::format(
        "no connector is named `{}`{}", name,
        nearest.empty() ? std::string() : fmt::format(", did you mean `{}`?", nearest)));
  }
  const auto event = read_event(given.positionals().empty() ? "-" : given.positionals()[0]);
  if (!event) return fail(event.error());
  note_if_not_routed(*connector, *event);
  const auto request = preview_request(*connector, *event);
  if (!request) return fail(request.error());
  if (given.has("--curl") && !request->over_http)
    return fail(fmt::format("`{}` sends no HTTP request: there is nothing for curl", name));
  given.has("--curl") ? print_curl(*request) : print_request(*request);
  return exit_done;
}

}  // namespace airtrain::cli
