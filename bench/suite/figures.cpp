#include "bench/suite/figures.hpp"

#include <algorithm>

#include "bench/harness/statistics.hpp"
#include "messages/invariant.hpp"

namespace airtrain::bench {

const std::vector<column>& columns() {
  static const std::vector<column> all{
      {"events_per_s", "events/s", 0, better::higher,
       "events from the first post to the last delivery, as fast as they are acknowledged"},
      {"deliveries_per_s", "deliveries/s", 0, better::higher,
       "deliveries that arrived at the targets, first post to last delivery"},
      {"nginx_per_s", "nginx/s", 0, better::neither,
       "the same 500-byte requests through nginx `proxy_pass`, one by one, nothing durable"},
      {"ratio", "ratio", 2, better::higher,
       "median over the rounds of airtrain's throughput over nginx's, measured one after the "
       "other"},
      {"cpu_us", "CPU us", 1, better::lower, "CPU time of the service for each event"},
      {"cpu_us_delivery", "CPU us/delivery", 1, better::lower,
       "CPU time of the service for each delivery"},
      {"nginx_cpu_us", "nginx CPU us", 1, better::neither, "CPU time of nginx for each request"},
      {"cpu_ratio", "CPU ratio", 2, better::lower,
       "median over the rounds of airtrain's CPU time over nginx's"},
      {"harness_cpu_us", "harness CPU us", 1, better::neither,
       "CPU time of the load generator and the stand-in target for each event: they share the "
       "cores with what is measured"},
      {"half_rate", "at/s", 0, better::neither,
       "the fixed schedule at which latencies are measured: half of the (first) throughput"},
      {"p50_ms", "p50 ms", 2, better::lower,
       "from the moment an event was due to its arrival at the target, at that rate"},
      {"p99_ms", "p99 ms", 2, better::lower, "the same for 99 of 100 events"},
      {"p999_ms", "p99.9 ms", 2, better::lower, "the same for 999 of 1,000"},
      {"ack_p50_ms", "202 p50 ms", 2, better::lower,
       "from the moment an event was due to its 202, at that rate"},
      {"ack_p99_ms", "202 p99 ms", 2, better::lower, "from due to 202 for 99 of 100, at that rate"},
      {"nginx_p99_ms", "nginx p99 ms", 2, better::neither,
       "through nginx at the same rate, due to arrival"},
      {"commit_p50_ms", "commit p50 ms", 2, better::lower,
       "a synced group commit, by the service's own count, during the latency run"},
      {"commit_p99_ms", "commit p99 ms", 2, better::lower, "the same for 99 of 100 commits"},
      {"p99_per_commit", "p99/commit", 2, better::lower,
       "p99 from due to arrival over the p99 of a commit, both at half load"},
      {"commit_events", "events/commit", 0, better::neither, "events in one commit, on average"},
      {"peak_mib", "peak MiB", 0, better::lower, "peak resident memory of the service"},
      {"rss_mib", "RSS MiB", 0, better::lower, "resident memory of the service when it is at rest"},
      {"pending", "pending", 0, better::neither, "deliveries that wait for a target that is down"},
      {"fill_per_s", "filled/s", 0, better::higher,
       "events taken while nothing can be delivered, in batches"},
      {"ready_filled_s", "ready after kill -9 in the load s", 2, better::lower,
       "from the start of the process to /readyz answering 200, after SIGKILL right behind the "
       "last "
       "event: the most that a start can have to read"},
      {"ready_clean_s", "ready after a stop s", 2, better::lower,
       "the same after SIGTERM, at rest"},
      {"ready_kill_s", "ready after kill -9 s", 2, better::lower,
       "the same after SIGKILL, at rest"},
      {"disk_mib", "disk MiB", 0, better::lower, "what the store's folder takes"},
      {"idle_cpu_percent", "idle CPU %", 2, better::lower, "of one core, without any traffic"},
      {"of_alive", "of none dead", 3, better::higher,
       "the nine healthy connectors' throughput beside a dead one, over that with all ten alive"},
      {"of_nine", "of nine alone", 3, better::higher,
       "the same over that of nine connectors without a tenth"},
      {"cpu_of_alive", "CPU of none dead", 2, better::lower,
       "CPU time for each healthy delivery beside a dead connector, over that with all ten alive"},
      {"cpu_of_nine", "CPU of nine alone", 2, better::lower,
       "the same over that of nine connectors without a tenth: what the dead one costs"},
      {"p99_of_alive", "p99 of none dead", 2, better::lower,
       "p99 of the nine beside a dead one over that with all ten alive, at half load"},
      {"of_ten", "of ten", 3, better::higher,
       "deliveries a second of 1,000 connectors over those of ten, the same events, three "
       "deliveries each"},
      {"cpu_of_ten", "CPU of ten", 2, better::lower,
       "CPU time for each delivery with 1,000 connectors over that with ten"},
      {"p99_of_alone", "p99 of alone", 2, better::lower,
       "p99 of a healthy connector beside five sick ones over its p99 alone"},
      {"back_s", "caught up s", 1, better::lower,
       "from the target's return to the last delivery that waited"},
      {"until_closed_s", "until closed s", 1, better::neither,
       "of that until the circuit had closed"},
      {"burst", "busiest second", 2, better::lower,
       "deliveries in the busiest second of the recovery over the target's rate limit"},
      {"gap_ms", "longest gap ms", 0, better::lower,
       "without a delivery after the circuit had closed"},
      {"ns", "ns", 0, better::lower,
       "one call with its data in the caches: time of the thread, of micro-store on the wall"},
  };
  return all;
}

const column& column_of(std::string_view key) {
  const auto found = std::ranges::find(columns(), key, &column::key);
  AIRTRAIN_INVARIANT(found != columns().end());
  return *found;
}

double figure::value() const {
  return harness::median(samples);
}

bool figure::met() const {
  if (!must) return true;
  return must->what == gate::kind::at_least ? value() >= must->bound : value() <= must->bound;
}

void scenario_result::add(std::string_view key, std::vector<double> samples,
                          std::optional<gate> must, std::string_view of) {
  figures.push_back({std::string{column_of(key).key}, std::string{of}, std::move(samples), must});
}

const figure* scenario_result::find(std::string_view key, std::string_view of) const {
  const auto found =
      std::ranges::find_if(figures, [&](const figure& f) { return f.key == key && f.of == of; });
  return found == figures.end() ? nullptr : &*found;
}

std::vector<std::string> scenario_result::parts() const {
  std::vector<std::string> all;
  for (const auto& each : figures)
    if (std::ranges::find(all, each.of) == all.end()) all.push_back(each.of);
  return all;
}

}  // namespace airtrain::bench
