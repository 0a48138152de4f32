#include "actors/routed_batch.hpp"

#include <algorithm>

#include "http/io_pool.hpp"
#include "messages/invariant.hpp"

namespace airtrain {
namespace {

void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) {
  counter.fetch_add(n, std::memory_order_relaxed);
}

connector_telemetry& telemetry_of(connector_id id, const connector_figures& connectors) {
  const auto found = std::lower_bound(connectors.begin(), connectors.end(), id,
                                      [](const auto& c, connector_id i) { return c.first < i; });
  AIRTRAIN_INVARIANT(found != connectors.end() && found->first == id);
  return *found->second;
}

submit_code code_of(store_error_code code) {
  switch (code) {
    case store_error_code::none:
      return submit_code::none;
    case store_error_code::overloaded:
      return submit_code::overloaded;
    case store_error_code::disk_full:
      return submit_code::disk_full;
    case store_error_code::closed:
      return submit_code::draining;
    case store_error_code::write_failed:
    case store_error_code::fenced:
    case store_error_code::not_found:
    case store_error_code::damaged:
      return submit_code::store_failed;
  }
  return submit_code::store_failed;
}

void count(const submit_result& answer, ingest_telemetry& telemetry) {
  if (answer.code == submit_code::conflict) return add(telemetry.conflicts, 1);
  if (answer.code == submit_code::backlog_full) return;  // it is counted by the API alone
  if (answer.code == submit_code::overloaded) return add(telemetry.overloaded, 1);
  if (answer.code != submit_code::none) return add(telemetry.store_failed, 1);
  const auto duplicates =
      std::count_if(answer.events.begin(), answer.events.end(),
                    [](const auto& e) { return e.status == publish_status::duplicate; });
  add(telemetry.duplicates, static_cast<std::uint64_t>(duplicates));
  add(telemetry.accepted, answer.events.size() - static_cast<std::size_t>(duplicates));
}

/// What the store said of one event; `code` becomes that of its request.
void take_over(const published_event& from, submitted_event& to, submit_code& code,
               const connector_figures& connectors) {
  to.status = from.status;
  if (from.status == publish_status::conflict) code = submit_code::conflict;
  if (from.full.empty()) return;
  if (from.status == publish_status::full) {
    code = submit_code::backlog_full;
    for (const auto id : from.full) to.full.push_back(telemetry_of(id, connectors).name);
    return;
  }
  constexpr auto dead = static_cast<std::size_t>(delivery_state::dead);
  for (const auto id : from.full) add(telemetry_of(id, connectors).ended_by_state[dead], 1);
}

void answer_once(submission& request, submit_result answer) {
  if (auto done = std::exchange(request.done, nullptr)) done(std::move(answer));
}

}  // namespace

void routed_batch::route(const router_setup& setup) {
  sent_.reserve(requests_.size());
  answers_.reserve(requests_.size());
  publish_.reserve(requests_.size());
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    auto next = prepare(requests_[i], setup);
    if (next.unrouted && setup.reject_unrouted) {
      next.answer.code = submit_code::unrouted;
      for (auto& e : next.answer.events) e.status = publish_status::refused;
      answer_once(requests_[i], std::move(next.answer));
      continue;
    }
    sent_.push_back(i);
    answers_.push_back(std::move(next.answer));
    publish_.push_back(std::move(next.publish));
  }
}

routed_batch::prepared routed_batch::prepare(const submission& request, const router_setup& setup) {
  prepared out;
  out.publish.items.reserve(request.events.size());
  out.answer.events.resize(request.events.size());
  auto* answer = out.answer.events.data();
  for (const auto& event : request.events) {
    routes_.clear();
    setup.table->route(event_view(event), routes_);
    auto& item = out.publish.items.emplace_back();
    item.what = event;
    item.routes.reserve(routes_.size());
    for (const auto& r : routes_) {
      item.routes.push_back({r.connector, r.lane});
      if (r.lane_missing) add(telemetry_of(r.connector, *setup.connectors).lane_missing, 1);
    }
    answer->deliveries = static_cast<std::uint32_t>(routes_.size());
    if (!setup.table->names(event->type())) {
      answer->unrouted = out.unrouted = true;
      answer->nearest_type = setup.table->nearest(event->type());
      add(setup.telemetry->unrouted, 1);
    }
    ++answer;
  }
  return out;
}

void routed_batch::answer(const std::vector<publish_result>& results, ingest_telemetry& telemetry,
                          const connector_figures& connectors) {
  AIRTRAIN_INVARIANT(results.size() == sent_.size());
  const http::posting_together answers;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    auto& answer = answers_[i];
    const auto& result = results[i];
    answer.code = code_of(result.error.code);
    if (answer.code == submit_code::none) {
      AIRTRAIN_INVARIANT(result.events.size() == answer.events.size());
      for (std::size_t e = 0; e < answer.events.size(); ++e)
        take_over(result.events[e], answer.events[e], answer.code, connectors);
    } else {
      answer.message = result.error.message;
      answer.events.clear();
    }
    count(answer, telemetry);
    answer_once(requests_[sent_[i]], std::move(answer));
  }
}

void routed_batch::fail(submit_code code, const std::string& message) {
  publish_.clear();
  for (auto& request : requests_) answer_once(request, {code, message, {}});
}

}  // namespace airtrain
