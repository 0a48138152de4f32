// Posts events over keep-alive connections, one request at a time on each, and prints what was
// acknowledged and how fast as one JSON line.
//
// Closed loop by default (each connection sends as soon as it was answered). With --rate the events
// are sent at fixed times whether or not earlier ones were answered, and every time is measured
// from the moment an event was due: no coordinated omission.
//
// With --retry yes a lost or refused request is sent again with the same ids until acknowledged or
// the time is over. --ledger FILE gets every acknowledged id, a line each.

#include <fmt/format.h>

#include "bench/harness/options.hpp"
#include "bench/load/generator.hpp"

int main(int argc, char** argv) {
  using namespace airtrain::bench;
  const airtrain::harness::options given(argc, argv,
                                         {{"port", "8080"},
                                          {"path", "/v1/events"},
                                          {"type", "staff_schedule_updated"},
                                          {"types", "0"},
                                          {"id-prefix", "e"},
                                          {"connections", "64"},
                                          {"batch", "1"},
                                          {"events", "0"},
                                          {"seconds", "10"},
                                          {"rate", "0"},
                                          {"keys", "0"},
                                          {"filler", "250"},
                                          {"retry", "no"},
                                          {"reset-every", "0"},
                                          {"ledger", ""}});
  const auto number = [&](const char* name) {
    return static_cast<std::uint64_t>(given.number(name));
  };
  generator it({.shape = {.port = static_cast<std::uint16_t>(number("port")),
                          .path = given.text("path"),
                          .type = given.text("type"),
                          .types = number("types"),
                          .id_prefix = given.text("id-prefix"),
                          .keys = number("keys"),
                          .filler = number("filler")},
                .connections = number("connections"),
                .batch = number("batch"),
                .events_max = number("events"),
                .seconds = number("seconds"),
                .rate = number("rate"),
                .retry = given.text("retry") == "yes",
                .reset_every = number("reset-every"),
                .ledger = given.text("ledger")});
  it.run();
  fmt::print("{}", it.report());
  return it.clean() ? 0 : 1;
}
