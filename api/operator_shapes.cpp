#include <fmt/format.h>

#include <algorithm>

#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

/// "Name: value\r\n" lines as one object.
void write_header_lines(json_writer& out, std::string_view lines) {
  out.begin_object();
  while (!lines.empty()) {
    const auto end = std::min(lines.find("\r\n"), lines.size());
    const auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    out.member(line.substr(0, colon), value);
  }
  out.end_object();
}

void write_request(json_writer& out, const rendered_request& what, const event& of, detail how) {
  out.begin_object().member("target", what.target).key("headers");
  write_header_lines(out, what.headers);
  if (how == detail::everything)
    out.member("body", what.body_is_event_data ? of.data() : std::string_view{what.body});
  out.end_object();
}

void write_breaker(json_writer& out, const connector_status& status) {
  out.key("breaker")
      .begin_object()
      .member("state", to_string(status.breaker))
      .time_or_null("until", status.breaker_until_ms)
      .end_object();
}

void write_last_error(json_writer& out, const connector_status& status) {
  out.key("last_error");
  if (status.last_error_at_ms == 0) {
    out.null();
    return;
  }
  out.begin_object()
      .time_or_null("at", status.last_error_at_ms)
      .member("class", to_string(status.last_error_class))
      .key("status");
  status.last_error_status == 0 ? out.null() : out.value(status.last_error_status);
  out.member("message", status.last_error).end_object();
}

}  // namespace

double oldest_pending_seconds(const connector_counts& counts, std::int64_t now_ms) {
  if (counts.oldest_accepted_ms == 0) return 0;
  return static_cast<double>(std::max<std::int64_t>(0, now_ms - counts.oldest_accepted_ms)) / 1000;
}

void write_connector(json_writer& out, const connector_report& what, std::int64_t now_ms,
                     double rate_per_second) {
  const bool orphaned = what.telemetry == nullptr;
  const auto& status = what.status;
  out.begin_object()
      .member("name", what.name)
      .text_or_null("type", what.type)
      .member("state", orphaned ? "orphaned" : to_string(status.state))
      .text_or_null("reason", orphaned ? "it is not in the configuration" : status.why)
      .time_or_null("since", status.since_ms);
  write_breaker(out, status);
  out.member("backlog", what.counts.backlog)
      .member("backlog_bytes", what.counts.backlog_bytes)
      .key("backlog_max");
  what.counts.backlog_bytes_max == 0 ? out.null() : out.value(what.counts.backlog_bytes_max);
  out.member("oldest_pending_seconds", oldest_pending_seconds(what.counts, now_ms))
      .member("in_flight", status.in_flight)
      .member("concurrency_limit", status.concurrency_limit)
      .member("lanes_stopped", std::max(status.lanes_stopped, what.counts.lanes_stopped))
      .member("dead_letters", what.counts.dead_letters)
      .member("delivered_total", status.delivered_total)
      .member("rate_per_second", rate_per_second)
      .key("latency_seconds")
      .begin_object()
      .member("p50", orphaned ? 0.0 : what.telemetry->delivery_time.quantile(0.5))
      .member("p99", orphaned ? 0.0 : what.telemetry->delivery_time.quantile(0.99))
      .end_object();
  write_last_error(out, status);
  out.end_object();
}

void write_dead_letter(json_writer& out, const dead_letter& what, detail how) {
  out.begin_object()
      .member("id", to_string(what.id))
      .member("event_id", what.event->id())
      .member("source", what.event->source())
      .member("type", what.event->type())
      .member("connector", what.connector_name)
      .member("part", what.id.key.part)
      .member("state", to_string(what.state))
      .member("reason", to_string(what.why))
      .key("status");
  what.last.status == 0 ? out.null() : out.value(what.last.status);
  out.text_or_null("answer", how == detail::attributes ? std::string_view{} : what.last.answer)
      .member("attempts", what.history.attempts)
      .time_or_null("first_attempt_at", what.history.first_attempt_at_ms)
      .time_or_null("last_attempt_at", what.history.last_attempt_at_ms)
      .text_or_null("limit", what.limit)
      .text_or_null("group", what.group == 0 ? std::string{} : std::to_string(what.group))
      .member("stops_lane", what.stops_lane)
      .key("request");
  // Its mapped path and headers hold what the event's data holds.
  if (what.rendered && how != detail::attributes)
    write_request(out, *what.rendered, *what.event, how);
  else
    out.null();
  out.key("event");
  write_event(out, *what.event, how);
  out.end_object();
}

void write_audit_record(json_writer& out, const audit_record& what) {
  out.begin_object()
      .time_or_null("at", what.at_ms)
      .member("who", what.who)
      .member("action", what.action)
      .member("target", what.target)
      .member("from", what.from)
      .member("outcome", what.outcome)
      .end_object();
}

}  // namespace airtrain::api
