#include <fmt/format.h>

#include <algorithm>

#include "api/bulk.hpp"
#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/taken.hpp"
#include "core/routing.hpp"

namespace airtrain::api {
namespace {

using delivery_page = page<delivery_summary>;

/// A filter's texts, read.
struct delivery_filter {
  std::optional<connector_id> connector;
  std::string type;
  std::optional<delivery_state> state;
  std::optional<reason> why;
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;

  bool takes(const delivery_summary& one) const {
    const auto accepted_ms = one.event->accepted_at_ms();
    return (type.empty() || one.event->type() == type) &&
           (!state || one.delivery.state == *state) && (!why || one.delivery.why == *why) &&
           accepted_ms >= since_ms && (until_ms == 0 || accepted_ms < until_ms);
  }
};

result<delivery_filter, std::string> read_filter(const bulk_filter& given) {
  delivery_filter filter;
  filter.type = given.type;
  if (!given.group.empty()) return failure(std::string{"only dead letters have a group"});
  if (!given.state.empty()) {
    filter.state = delivery_state_from(given.state);
    if (!filter.state || ended(*filter.state))
      return failure(unknown_name("state of a delivery that has not ended", given.state,
                                  {"pending", "waiting", "in_flight", "orphaned"}));
  }
  if (!given.reason.empty()) {
    filter.why = reason_from(given.reason);
    if (!filter.why) return failure(fmt::format("no reason is named \"{}\"", given.reason));
  }
  const auto since = time_from("since", given.since);
  if (!since) return failure(since.error());
  const auto until = time_from("until", given.until);
  if (!until) return failure(until.error());
  filter.since_ms = *since;
  filter.until_ms = *until;
  return filter;
}

/// One page of the store's, as far as the filter takes it.
void read_matching(context& shared, const call_ref& c, const delivery_filter& filter,
                   page_request page, const bulk_work::ids_of_page& next) {
  delivery_query query{std::move(page), filter.connector, {}};
  // The store calls in flight what an owner has taken: those are told apart here.
  const bool by_store =
      filter.state == delivery_state::pending || filter.state == delivery_state::orphaned;
  if (by_store) query.state = filter.state;
  shared.storage().list_deliveries(
      std::move(query), then<delivery_page>(c, [&shared, c, filter, next](delivery_page found) {
        const auto kept = std::make_shared<delivery_page>(std::move(found));
        std::vector<delivery_detail*> unclear;
        if (filter.state)
          for (auto& one : kept->items) unclear.push_back(&one.delivery);
        mark_held_back(shared, c, kept, unclear, [kept, filter, next] {
          std::vector<dead_letter_id> ids;
          for (const auto& one : kept->items)
            if (filter.takes(one)) ids.push_back({one.delivery.connector, one.delivery.key});
          next(std::move(ids), kept->next);
        });
      }));
}

delivery_change change_of(bulk_kind kind) {
  switch (kind) {
    case bulk_kind::give_up:
      return delivery_change::discard;
    case bulk_kind::dead_letter:
      return delivery_change::dead_letter;
    case bulk_kind::rerender:
      return delivery_change::rerender;
    default:
      return delivery_change::retry;
  }
}

/// `only`: the connector that the path names.
void act_on_deliveries(context& shared, const call_ref& c, bulk_kind kind,
                       std::optional<connector_id> only = {}) {
  auto given = bulk_body_of(c->body(), kind);
  if (!given) return c->refuse(problem_code::invalid_body, given.error());
  c->aims_at(only ? fmt::format("{}: {}", c->path(0), in_words(*given)) : in_words(*given));
  auto filter = read_filter(given->filter.value_or(bulk_filter{}));
  if (!filter) return c->refuse(problem_code::invalid_body, filter.error());
  const auto named = given->filter ? given->filter->connector : std::string{};
  filter->connector = only;
  if (!named.empty()) {
    filter->connector = connector_named(shared, named);
    if (!filter->connector)
      return c->refuse(problem_code::no_such_connector, no_such_connector(shared, named));
    if (only && filter->connector != only)
      return c->refuse(problem_code::invalid_body, "the filter names another connector");
  }
  bulk_work work;
  work.read_page = [&shared, c, filter = std::move(*filter)](page_request page,
                                                             const bulk_work::ids_of_page& next) {
    read_matching(shared, c, filter, std::move(page), next);
  };
  const change_options options{
      .what = change_of(kind), .new_key = given->new_key, .dry_run = given->dry_run};
  work.act = [&shared, options, only](std::vector<dead_letter_id> ids,
                                      store::answer<bulk_result> done) {
    const auto strange = std::ranges::stable_partition(
        ids, [only](const dead_letter_id& id) { return !only || id.connector == *only; });
    std::vector<bulk_refusal> refused;
    for (const auto& id : strange) refused.push_back({id, "not_found"});
    ids.erase(strange.begin(), strange.end());
    shared.engine.change_deliveries(
        std::move(ids), options,
        [refused = std::move(refused),
         done = std::move(done)](result<bulk_result, store_error> became) {
          if (became) became->refused.insert(became->refused.end(), refused.begin(), refused.end());
          done(std::move(became));
        });
  };
  run_bulk(c, std::move(work), std::move(*given));
}

}  // namespace

void retry_deliveries(context& shared, const call_ref& c) {
  act_on_deliveries(shared, c, bulk_kind::retry);
}

void discard_deliveries(context& shared, const call_ref& c) {
  act_on_deliveries(shared, c, bulk_kind::give_up);
}

void dead_letter_deliveries(context& shared, const call_ref& c) {
  act_on_deliveries(shared, c, bulk_kind::dead_letter);
}

void rerender_deliveries(context& shared, const call_ref& c) {
  c->aims_at(c->path(0));
  const auto connector = connector_named(shared, c->path(0));
  if (!connector)
    return c->refuse(problem_code::no_such_connector, no_such_connector(shared, c->path(0)));
  act_on_deliveries(shared, c, bulk_kind::rerender, *connector);
}

}  // namespace airtrain::api
