#include "api/ingest_answer.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "core/json/document.hpp"
#include "messages/invariant.hpp"

namespace airtrain::api {
namespace {

std::string unrouted_text(std::string_view type, std::string_view nearest) {
  auto text = fmt::format("no connector wants events of type \"{}\"", type);
  if (!nearest.empty()) text += fmt::format("; did you mean \"{}\"?", nearest);
  return text;
}

void append_accepted(std::string& out, const event& what, const submitted_event& became) {
  const bool duplicate = became.status == publish_status::duplicate;
  out += R"({"id":)";
  json::append_quoted(out, what.id());
  out += duplicate ? R"(,"duplicate":true,"deliveries":)" : R"(,"duplicate":false,"deliveries":)";
  out += fmt::format_int(became.deliveries).c_str();
  if (became.unrouted && became.deliveries == 0 && !duplicate) {
    out += R"(,"warning":)";
    json::append_quoted(out, unrouted_text(what.type(), became.nearest_type));
  }
  out += '}';
}

std::string accepted_text(bool batch, const std::vector<event_ref>& events,
                          const std::vector<submitted_event>& became) {
  AIRTRAIN_INVARIANT(events.size() == became.size());
  constexpr std::size_t bytes_per_event = 96;
  std::string out;
  out.reserve(bytes_per_event * (events.size() + 1));
  if (!batch) {
    append_accepted(out, *events.front(), became.front());
    return out;
  }
  fmt::format_to(std::back_inserter(out), R"({{"accepted":{},"events":[)", events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0) out += ',';
    append_accepted(out, *events[i], became[i]);
  }
  out += "]}";
  return out;
}

std::string conflict_text(const event& what) {
  return fmt::format("the id \"{}\" of source \"{}\" is known with other content", what.id(),
                     what.source());
}

std::string full_text(const submitted_event& became) {
  return fmt::format("the backlog of {} {} at its backlog_max", fmt::join(became.full, ", "),
                     became.full.size() == 1 ? "is" : "are");
}

/// A refusal that single events have caused: conflicts, types that no connector wants, or full
/// backlogs.
http::response refused_events(bool batch, const std::vector<event_ref>& events,
                              const submit_result& became) {
  const auto code = problem_of(became.code);
  std::vector<item_problem> bad;
  for (std::size_t i = 0; i < became.events.size(); ++i)
    if (auto detail = own_refusal(became, i, *events[i]))
      bad.push_back({static_cast<std::uint32_t>(i), status_of(code), std::string{to_string(code)},
                     std::move(*detail)});
  if (bad.empty()) return problem(code, became.message);
  return batch ? refused_batch(bad) : problem(code, bad.front().detail);
}

}  // namespace

problem_code problem_of(submit_code code) {
  switch (code) {
    case submit_code::conflict:
      return problem_code::conflict;
    case submit_code::unrouted:
      return problem_code::unrouted;
    case submit_code::backlog_full:
      return problem_code::backlog_full;
    case submit_code::overloaded:
      return problem_code::overloaded;
    case submit_code::disk_full:
      return problem_code::disk_full;
    case submit_code::draining:
      return problem_code::draining;
    case submit_code::none:
    case submit_code::store_failed:
      break;
  }
  return problem_code::store_failed;
}

std::optional<std::string> own_refusal(const submit_result& became, std::size_t position,
                                       const event& what) {
  const auto& one = became.events[position];
  if (became.code == submit_code::conflict && one.status == publish_status::conflict)
    return conflict_text(what);
  if (became.code == submit_code::unrouted && one.unrouted)
    return unrouted_text(what.type(), one.nearest_type);
  if (became.code == submit_code::backlog_full && one.status == publish_status::full)
    return full_text(one);
  return std::nullopt;
}

ingest_answer answer_to_submit(bool batch, const std::vector<event_ref>& events,
                               const submit_result& became) {
  switch (became.code) {
    case submit_code::none:
      return accepted_text(batch, events, became.events);
    case submit_code::conflict:
    case submit_code::unrouted:
    case submit_code::backlog_full:
      return refused_events(batch, events, became);
    default:
      return problem(problem_of(became.code), became.message);
  }
}

http::response answer_to_problems(bool batch, const std::vector<read_problem>& problems) {
  AIRTRAIN_INVARIANT(!problems.empty());
  std::vector<item_problem> bad;
  for (const auto& found : problems) {
    if (!batch || !found.index) return refused_request(found);
    bad.push_back({*found.index, found.status, found.code, found.detail});
  }
  return refused_batch(bad);
}

}  // namespace airtrain::api
