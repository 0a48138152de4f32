#include "api/ingest.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "api/access.hpp"
#include "api/ingest_answer.hpp"
#include "api/parameters.hpp"
#include "api/partial_batch.hpp"
#include "api/problem.hpp"
#include "core/ingest/event_reader.hpp"

namespace airtrain::api {
namespace {

/// One request whose events are on their way to the disk.
struct pending_request {
  http::responder responder;
  std::vector<event_ref> events;
  bool batch = false;
  submit_result became;
};

void refuse(context& shared, http::responder& responder, problem_code code,
            std::string_view detail) {
  shared.count_rejected(code, 1);
  responder.send(problem(code, detail));
}

/// Everything that can be said no to before the body is read. Unset: it may go on, as `who`.
result<caller, denial> admit(context& shared, const http::request& request) {
  auto in = shared.access.admit(request, scope::ingest);
  if (in.refused) return failure(std::move(*in.refused));
  if (shared.draining.load(std::memory_order_relaxed))
    return failure(denial{problem_code::draining, "the service is stopping; send it again"});
  if (const auto encoding = request.get("content-encoding");
      !encoding.empty() && encoding != "identity")
    return failure(denial{problem_code::unsupported_content_encoding,
                          "send the body as it is, without Content-Encoding"});
  return in.who;
}

/// What the query asks for: whether a batch's good events are taken without its bad ones.
result<bool, std::string> wants_partial(const http::request& request) {
  if (request.query.empty()) return false;
  const auto query = parameters::parse(request.query, {"partial"});
  if (!query) return failure(query.error());
  const auto partial = query->text("partial");
  if (partial.empty() || partial == "false") return false;
  if (partial == "true") return true;
  return failure(std::string{"partial is true or false"});
}

/// The bad events of a batch that could be told apart from the good ones.
bool tells_items_apart(const read_result& read) {
  return read.batch && std::ranges::all_of(read.problems, [](const read_problem& found) {
           return found.index.has_value();
         });
}

std::vector<header_field> fields_of(const http::request& request) {
  std::vector<header_field> fields;
  fields.reserve(request.headers.size());
  for (const auto& one : request.headers) fields.push_back({one.name, one.value});
  return fields;
}

/// A number that no other request of this process gets.
std::uint64_t next_seed() {
  static std::atomic<std::uint64_t> seed{
      static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())};
  constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15;  // as in splitmix64
  return seed.fetch_add(golden_ratio, std::memory_order_relaxed);
}

read_result read(context& shared, const http::request& request, const caller& who, body_form form) {
  reader_limits limits;
  limits.events_max = shared.events_max;
  reader_defaults defaults;
  defaults.source = who.source;
  if (request.has("idempotency-key")) defaults.idempotency_key = request.get("idempotency-key");
  defaults.accepted_at_ms = shared.wall_ms();
  defaults.random = next_seed();
  const auto headers = form == body_form::binary ? fields_of(request) : std::vector<header_field>{};
  return read_events(form, request.get("content-type"), request.body, headers, limits, defaults);
}

void settle(context& shared, pending_request& pending) {
  auto answer = answer_to_submit(pending.batch, pending.events, pending.became);
  if (auto* accepted = std::get_if<std::string>(&answer))
    return pending.responder.send_accepted(std::move(*accepted));
  shared.count_rejected(problem_of(pending.became.code), pending.events.size());
  pending.responder.send(std::move(std::get<http::response>(answer)));
}

void submit(context& shared, http::responder responder, read_result read) {
  std::vector<event_ref> events;
  events.reserve(read.events.size());
  for (auto& one : read.events) events.push_back(std::move(one.event));
  auto& loop = shared.pool.near();
  auto pending = std::make_shared<pending_request>(
      pending_request{std::move(responder), events, read.batch, {}});
  shared.submissions[shared.pool.index_of(loop)].add(
      {std::move(events), [&shared, &loop, pending = std::move(pending)](submit_result became) {
         pending->became = std::move(became);
         loop.post([&shared, pending] { settle(shared, *pending); });
       }});
}

}  // namespace

void take_events(context& shared, const http::request& request, http::responder responder) {
  const auto who = admit(shared, request);
  if (!who) return refuse(shared, responder, who.error().code, who.error().detail);
  const auto partial = wants_partial(request);
  if (!partial) return refuse(shared, responder, problem_code::invalid_parameter, partial.error());
  const auto form = body_form_of(request.get("content-type"), request.has("ce-specversion"));
  if (!form)
    return refuse(shared, responder, problem_code::unsupported_media_type,
                  "send application/json, application/x-ndjson, application/cloudevents+json, "
                  "application/cloudevents-batch+json, or ce-* headers with any type");

  auto events = read(shared, request, *who, *form);
  for (const auto& found : events.problems) shared.count_rejected(problem_code_from(found.code), 1);
  if (*partial && tells_items_apart(events))
    return partial_batch::take(shared, std::move(responder), std::move(events));
  if (!events.problems.empty())
    return responder.send(answer_to_problems(events.batch, events.problems));
  if (events.events.empty()) return responder.send_accepted(R"({"accepted":0,"events":[]})");
  submit(shared, std::move(responder), std::move(events));
}

}  // namespace airtrain::api
