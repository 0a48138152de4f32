#include "api/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <map>

#include "api/handlers.hpp"
#include "api/metric_families.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr answer_class answer_classes[] = {
    answer_class::delivered, answer_class::retry, answer_class::throttled,  answer_class::reject,
    answer_class::refused,   answer_class::hold,  answer_class::hold_manual};
constexpr delivery_state outcomes[] = {delivery_state::delivered, delivery_state::dead,
                                       delivery_state::expired, delivery_state::discarded};
constexpr breaker_state breaker_states[] = {breaker_state::closed, breaker_state::open,
                                            breaker_state::half_open, breaker_state::forced_open,
                                            breaker_state::disabled};

template <class Array, class E>
std::uint64_t counter_of(const Array& counters, E which) {
  return counters[static_cast<std::size_t>(which)].load(std::memory_order_relaxed);
}

std::uint64_t read(const std::atomic<std::uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

/// What the API and the server below it have refused, by code: they share some.
std::map<std::string_view, std::uint64_t> rejections(const figures& now) {
  std::map<std::string_view, std::uint64_t> all;
  for (std::size_t i = 0; i < now.rejected.size(); ++i)
    if (now.rejected[i] > 0) all[to_string(static_cast<problem_code>(i))] += now.rejected[i];
  for (std::size_t i = 0; i < now.server.refused.size(); ++i)
    if (now.server.refused[i] > 0)
      all[to_string(static_cast<http::refusal_code>(i))] += now.server.refused[i];
  return all;
}

void add_ingest(std::vector<MetricFamily>& out, const figures& now) {
  const auto& ingest = *now.ingest;
  out.push_back(family_builder("events_accepted_total", MetricType::Counter,
                               "Events taken and made durable, duplicates not counted")
                    .add(read(ingest.accepted))
                    .take());
  out.push_back(family_builder("events_duplicate_total", MetricType::Counter,
                               "Events that were known already and were acknowledged again")
                    .add(read(ingest.duplicates))
                    .take());
  family_builder rejected("events_rejected_total", MetricType::Counter,
                          "Events refused by ingest, and requests refused before it, by code");
  for (const auto& [code, count] : rejections(now)) rejected.add(count, {{"reason", code}});
  out.push_back(rejected.take());
  out.push_back(family_builder("events_unrouted_total", MetricType::Counter,
                               "Events whose type no connector names")
                    .add(read(ingest.unrouted))
                    .take());
}

/// One family over all running connectors, each of which adds its samples.
template <class Add>
MetricFamily over_telemetry(const figures& now, std::string_view name, MetricType type,
                            std::string_view help, Add add) {
  family_builder family(name, type, help);
  for (const auto& one : now.connectors)
    if (one.telemetry) add(family, one.name, *one.telemetry);
  return family.take();
}

void add_telemetry(std::vector<MetricFamily>& out, const figures& now) {
  using telemetry = connector_telemetry;
  const auto family = [&](std::string_view name, MetricType type, std::string_view help, auto add) {
    out.push_back(over_telemetry(now, name, type, help, add));
  };
  family("deliveries_total", MetricType::Counter, "Deliveries that ended, by how",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           for (auto one : outcomes)
             to.add(counter_of(t.ended_by_state, one),
                    {{"connector", name}, {"outcome", to_string(one)}});
         });
  family("attempts_total", MetricType::Counter, "Attempts, by the class of the answer",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           for (auto one : answer_classes)
             to.add(counter_of(t.attempts_by_class, one),
                    {{"connector", name}, {"class", to_string(one)}});
         });
  family("attempt_seconds", MetricType::Histogram, "How long an attempt took",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           to.add(t.attempt_time, {{"connector", name}});
         });
  family("delivery_latency_seconds", MetricType::Histogram, "From accepted to delivered",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           to.add(t.delivery_time, {{"connector", name}});
         });
  family("breaker_transitions_total", MetricType::Counter,
         "Changes of a circuit breaker, by the state entered",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           for (auto one : breaker_states)
             to.add(counter_of(t.breaker_transitions, one),
                    {{"connector", name}, {"state", to_string(one)}});
         });
  family("lane_key_missing_total", MetricType::Counter,
         "Events that had no ordering key for an ordered connector",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           to.add(read(t.lane_missing), {{"connector", name}});
         });
  family("connector_restarts_total", MetricType::Counter, "Restarts of a crashed connector",
         [](family_builder& to, const std::string& name, const telemetry& t) {
           to.add(read(t.restarts), {{"connector", name}});
         });
}

void add_reports(std::vector<MetricFamily>& out, const figures& now) {
  const auto gauge = [&](std::string_view name, std::string_view help, auto value_of) {
    family_builder family(name, MetricType::Gauge, help);
    for (const auto& one : now.connectors)
      family.add(static_cast<double>(value_of(one)), {{"connector", one.name}});
    out.push_back(family.take());
  };
  using report = const connector_report&;
  gauge("backlog", "Deliveries that have not ended", [](report r) { return r.counts.backlog; });
  gauge("backlog_bytes", "Bytes of their events", [](report r) { return r.counts.backlog_bytes; });
  gauge("backlog_max_bytes", "How many of them may wait; 0: any number",
        [](report r) { return r.counts.backlog_bytes_max; });
  gauge("oldest_pending_seconds", "Age of the oldest delivery that has not ended",
        [&](report r) { return oldest_pending_seconds(r.counts, now.now_ms); });
  gauge("in_flight", "Attempts under way", [](report r) { return r.status.in_flight; });
  gauge("concurrency_limit", "Attempts that may be under way at once",
        [](report r) { return r.status.concurrency_limit; });
  gauge("lanes_stopped", "Lanes that wait for an operator",
        [](report r) { return std::max(r.status.lanes_stopped, r.counts.lanes_stopped); });
  gauge("dead_letters", "Dead letters kept", [](report r) { return r.counts.dead_letters; });

  family_builder breaker("breaker_state", MetricType::Gauge,
                         "1 for the state the circuit breaker is in");
  for (const auto& one : now.connectors)
    for (auto state : breaker_states)
      breaker.add(one.status.breaker == state ? 1.0 : 0.0,
                  {{"connector", one.name}, {"state", to_string(state)}});
  out.push_back(breaker.take());
}

void add_store(std::vector<MetricFamily>& out, const figures& now) {
  const auto events = static_cast<double>(now.store.committed_events);
  out.push_back(family_builder("commit_seconds", MetricType::Histogram,
                               "How long a synced group commit took; the sum is estimated")
                    .add_log2(now.store.commit_us_log2, 1e-6)
                    .take());
  out.push_back(family_builder("commit_events", MetricType::Histogram, "Events in one group commit")
                    .add_log2(now.store.commit_events_log2, 1, &events)
                    .take());
  out.push_back(family_builder("store_bytes", MetricType::Gauge, "Bytes on disk")
                    .add(now.store.bytes)
                    .take());
  out.push_back(family_builder("store_damaged_files", MetricType::Gauge,
                               "Files of the store in which a check found damaged blocks")
                    .add(now.store.damaged_files)
                    .take());
  out.push_back(family_builder("dead_letters_purged_total", MetricType::Counter,
                               "Dead letters older than retention.dead_letters that were dropped")
                    .add(now.store.purged_dead_letters)
                    .take());
  out.push_back(family_builder("fenced_writes_total", MetricType::Counter,
                               "Writes refused because a newer owner has the connector")
                    .add(now.store.fenced_writes)
                    .take());
}

void add_queues(std::vector<MetricFamily>& out, const figures& now) {
  family_builder depth("mailbox_depth", MetricType::Gauge, "Messages that wait for an actor");
  depth.add(read(now.ingest->router_queue), {{"actor", "router"}});
  depth.add(now.store.queue_depth, {{"actor", "store_writer"}});
  for (const auto& one : now.connectors)
    if (one.telemetry)
      depth.add(read(one.telemetry->mailbox_depth), {{"actor", "supervisor/" + one.name}});
  out.push_back(depth.take());
}

void add_keys(std::vector<MetricFamily>& out, const figures& now) {
  family_builder requests("api_requests_total", MetricType::Counter,
                          "Requests by the key they came with, let in or turned away");
  for (const auto& one : now.keys)
    requests.add(one.accepted, {{"key", one.name}, {"outcome", "accepted"}})
        .add(one.denied, {{"key", one.name}, {"outcome", "denied"}});
  out.push_back(requests.take());
}

void add_server(std::vector<MetricFamily>& out, const figures& now) {
  out.push_back(family_builder("http_connections", MetricType::Gauge, "Open connections")
                    .add(now.server.connections)
                    .take());
  out.push_back(family_builder("http_connections_total", MetricType::Counter,
                               "Connections accepted since the start")
                    .add(now.server.accepted)
                    .take());
  out.push_back(family_builder("http_turned_away_total", MetricType::Counter,
                               "Connections closed at once: more than the limit, and more than "
                               "could be told so")
                    .add(now.server.turned_away)
                    .take());
  out.push_back(family_builder("http_answers_given_up_total", MetricType::Counter,
                               "Answers whose reader took too long")
                    .add(now.server.answers_given_up)
                    .take());
  out.push_back(family_builder("http_handshakes_failed_total", MetricType::Counter,
                               "TLS handshakes that failed or took too long")
                    .add(now.server.handshakes_failed)
                    .take());
  out.push_back(family_builder("http_accept_pauses_total", MetricType::Counter,
                               "Pauses in accepting: out of file descriptors or memory")
                    .add(now.server.accept_pauses)
                    .take());
}

figures gather(context& shared, std::vector<connector_report> connectors) {
  figures now;
  now.connectors = std::move(connectors);
  now.ingest = &shared.engine.ingest();
  now.store = shared.storage().figures();
  if (shared.listening.load()) now.server = shared.server_figures();
  for (std::size_t i = 0; i < problem_codes; ++i) now.rejected[i] = read(shared.rejected[i]);
  now.keys = shared.access.use();
  now.now_ms = shared.wall_ms();
  return now;
}

}  // namespace

std::vector<MetricFamily> figures_collector::Collect() const {
  std::vector<MetricFamily> families;
  add_ingest(families, now_);
  add_telemetry(families, now_);
  add_reports(families, now_);
  add_store(families, now_);
  add_queues(families, now_);
  add_keys(families, now_);
  add_server(families, now_);
  return families;
}

void show_metrics(context& shared, const call_ref& c) {
  shared.engine.reports([&shared, c](std::vector<connector_report> all) {
    c->loop().post([&shared, c, all = std::move(all)]() mutable {
      const figures_collector collector{gather(shared, std::move(all))};
      http::response answer;
      answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
      answer.body = prometheus::TextSerializer{}.Serialize(collector.Collect());
      c->send(std::move(answer), "");
    });
  });
}

}  // namespace airtrain::api
