// Single calls of one floor, timed: a line for each case, the name and nanoseconds per call of each
// round, separated by tabs.

#include <fmt/format.h>
#include <time.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

#include "bench/harness/options.hpp"
#include "bench/load/event_text.hpp"
#include "bench/micro/micro.hpp"

namespace airtrain::bench {

std::string sample_body(std::uint64_t id) {
  std::string request;
  event_text(
      {.port = 8080, .path = "/v1/events", .type = "staff_schedule_updated", .id_prefix = "e"})
      .write_request(request, id, 1, 1'234'567'890);
  return request.substr(request.find("\r\n\r\n") + 4);
}

}  // namespace airtrain::bench

namespace {

using namespace airtrain::bench;

double ns_for(const micro_case& of, std::uint64_t times) {
  const auto clock = of.wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
  const auto now = [&] {
    timespec read{};
    clock_gettime(clock, &read);
    return static_cast<double>(read.tv_sec) * 1e9 + static_cast<double>(read.tv_nsec);
  };
  const auto begun = now();
  of.run(times);
  return now() - begun;
}

/// How often it goes into about that time.
std::uint64_t times_within(const micro_case& of, double ns) {
  for (std::uint64_t times = 1;; times *= 2)
    if (ns_for(of, times) >= ns / 2) return times;
}

std::vector<micro_case> cases_of(const std::string& floor, const std::filesystem::path& work) {
  if (floor == "parser") return parser_cases();
  if (floor == "mapping") return mapping_cases();
  if (floor == "core") return core_cases();
  if (floor == "store") return store_cases(work);
  throw std::runtime_error("no such floor: " + floor);
}

}  // namespace

int main(int argc, char** argv) {
  const airtrain::harness::options given(
      argc, argv, {{"floor", "parser"}, {"rounds", "4"}, {"ms", "200"}, {"work", "build/micro"}});
  try {
    for (const auto& each : cases_of(given.text("floor"), given.text("work"))) {
      const auto times = times_within(each, static_cast<double>(given.number("ms")) * 1e6);
      fmt::print("{}", each.name);
      for (int round = 0; round < given.number("rounds"); ++round)
        fmt::print("\t{:.1f}", ns_for(each, times) / (static_cast<double>(times) * each.calls));
      fmt::print("\n");
      std::fflush(stdout);
    }
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_micro: {}\n", error.what());
    return 1;
  }
}
