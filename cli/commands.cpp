#include "cli/commands.hpp"

#include "cli/api_client.hpp"

namespace airtrain::cli {
namespace {

const option_spec config_option{"--config", "FILE", "the configuration", "-c", true};

const option_spec state_option{"--state", "STATE", "pending, waiting, in_flight or orphaned",
                               {},        false,   {"pending", "waiting", "in_flight", "orphaned"}};

std::vector<option_spec> dead_letter_filters(std::string_view state_doc,
                                             std::vector<option_spec> more) {
  std::vector<option_spec> made{
      {"--connector", "NAME", "only of this connector"},
      {"--type", "TYPE", "only events of this type"},
      {"--reason", "CODE", "only with this reason"},
      {"--group", "N", "only of this group"},
      {"--state", "STATE", state_doc, {}, false, {"dead", "expired"}},
      {"--since", "TIME", "only since then: an age (2h) or RFC 3339"},
      {"--until", "TIME", "only before then: an age (2h) or RFC 3339"},
  };
  made.insert(made.end(), more.begin(), more.end());
  return with_client_options(std::move(made));
}

constexpr std::string_view acted_on_doc = "dead, or expired; dead unless given";

std::vector<option_spec> filters_of_waiting() {
  return {
      {"--type", "TYPE", "only events of this type"},
      {"--reason", "CODE", "only with this reason"},
      state_option,
      {"--since", "TIME", "only accepted since then: an age (2h) or RFC 3339"},
      {"--until", "TIME", "only accepted before then: an age (2h) or RFC 3339"},
      {"--all", "", "without any filter"},
      {"--dry-run", "", "only count"},
  };
}

std::vector<option_spec> delivery_filters() {
  std::vector<option_spec> made = filters_of_waiting();
  made.push_back({"--connector", "NAME", "only of this connector"});
  return with_client_options(std::move(made));
}

std::vector<option_spec> rerender_filters() {
  std::vector<option_spec> made = filters_of_waiting();
  made.push_back({"--new-key", "", "with a new idempotency key"});
  return with_client_options(std::move(made));
}

std::vector<command> local_commands() {
  return {
      {"serve",
       "runs the service",
       {},
       {config_option, {"--log-format", "FORMAT", "text or json", {}, false, {"text", "json"}}},
       run_serve,
       "SIGTERM stops it once what is in flight has been answered; a second one ends it at once."},
      {"check", "validates a configuration, prints every problem", {}, {config_option}, run_check},
      {"init",
       "writes a commented starter configuration",
       {{"FILE", false}},
       {},
       run_init,
       "FILE is airtrain.yaml unless given; - is standard output. A file is never overwritten."},
      {"preview",
       "renders the request that would be sent, sends nothing",
       {{"EVENT.json", false}},
       {config_option,
        {"--connector", "NAME", "whose request", {}, true},
        {"--curl", "", "print a curl command"}},
       run_preview,
       "Without EVENT.json the event is read from standard input. Secrets are shown as ***."},
      {"recover",
       "after a refused start: says what is damaged and repairs it",
       {},
       {{"--data-dir", "DIR", "of the stopped service", {}, true},
        {"--dry-run", "", "only say what is wrong"},
        {"--yes", "", "repair without asking"}},
       run_recover,
       "On a terminal it asks before it repairs; elsewhere it repairs only with --yes. Exit code "
       "1\n"
       "where something is wrong and was not repaired."},
  };
}

std::vector<command> client_commands() {
  return {
      {"send",
       "posts events; safe to repeat",
       {{"FILE", false, true}},
       with_client_options({{"--retry-for", "TIME",
                             "how long an unreachable or busy service is "
                             "tried again; 5m unless given"}}),
       run_send,
       "Takes one JSON event or CloudEvent, an array of them, or one a line (NDJSON); - or "
       "nothing\n"
       "is standard input. Events with an id are stored once however often they are sent. Those\n"
       "without get one from a file's content, so sending the same file again is safe as well."},
      {"status",
       "table of connectors",
       {{"CONNECTOR", false}},
       with_client_options({{"--watch", "", "draw it again every second"}}),
       run_status},
      {"events show",
       "an event, its deliveries and attempts",
       {{"ID"}},
       with_client_options({{"--source", "SOURCE", "where several sources use the id"}}),
       run_events_show},
      {"events list",
       "events that are kept",
       {},
       with_client_options({{"--type", "TYPE", "only of this type"},
                            {"--since", "TIME", "only since then: an age (2h) or RFC 3339"},
                            {"--until", "TIME", "only before then: an age (2h) or RFC 3339"},
                            {"--limit", "N", "at most that many; 100 unless given"}}),
       run_events_list},
      {"dead-letters list",
       "dead letters",
       {},
       dead_letter_filters("only dead, or only expired, ones; both unless given",
                           {{"--limit", "N", "at most that many; 100 unless given"}}),
       run_dead_letters_list},
      {"dead-letters show",
       "one dead letter",
       {{"ID"}},
       with_client_options({}),
       run_dead_letters_show},
      {"dead-letters replay",
       "sends dead letters again, by id or filter",
       {{"ID", false, true}},
       dead_letter_filters(acted_on_doc,
                           {{"--all", "", "without any filter"},
                            {"--dry-run", "", "only count"},
                            {"--allow-reorder", "", "even where newer ones have gone out"},
                            {"--new-key", "", "with a new idempotency key"}}),
       run_dead_letters_replay},
      {"dead-letters discard",
       "gives dead letters up, by id or filter",
       {{"ID", false, true}},
       dead_letter_filters(acted_on_doc,
                           {{"--all", "", "without any filter"}, {"--dry-run", "", "only count"}}),
       run_dead_letters_discard},
      {"deliveries list",
       "deliveries that have not ended",
       {},
       with_client_options({{"--connector", "NAME", "only of this connector"},
                            state_option,
                            {"--limit", "N", "at most that many; 100 unless given"}}),
       run_deliveries_list},
      {"deliveries retry",
       "makes what waits for its time due now, by id or filter",
       {{"ID", false, true}},
       delivery_filters(),
       run_deliveries_retry},
      {"deliveries discard",
       "gives up what has not ended, by id or filter",
       {{"ID", false, true}},
       delivery_filters(),
       run_deliveries_discard},
      {"deliveries dead-letter",
       "makes dead letters of what has not ended, by id or filter",
       {{"ID", false, true}},
       delivery_filters(),
       run_deliveries_dead_letter},
      {"rerender",
       "moves attempted deliveries to the connector's current mapping",
       {{"CONNECTOR"}, {"ID", false, true}},
       rerender_filters(),
       run_rerender},
      {"why",
       "why a delivery has not gone yet, and when it will",
       {{"EVENT"}, {"CONNECTOR"}},
       with_client_options({{"--source", "SOURCE", "where several sources use the id"},
                            {"--part", "N", "of an event that the connector splits"}}),
       run_why},
      {"pause",
       "stops deliveries of a connector",
       {{"CONNECTOR"}},
       with_client_options({}),
       run_pause},
      {"resume",
       "ends a pause, or else a hold",
       {{"CONNECTOR"}},
       with_client_options({}),
       run_resume},
      {"breaker",
       "commands a circuit breaker: open, disable, auto or reset",
       {{"CONNECTOR"}, {"COMMAND"}},
       with_client_options({}),
       run_breaker},
  };
}

}  // namespace

const std::vector<command>& all_commands() {
  static const std::vector<command> commands = [] {
    std::vector<command> made = local_commands();
    std::vector<command> client = client_commands();
    made.insert(made.end(), client.begin(), client.end());
    return made;
  }();
  return commands;
}

}  // namespace airtrain::cli
