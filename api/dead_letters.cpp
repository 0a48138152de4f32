#include <fmt/format.h>

#include <charconv>

#include "api/bulk.hpp"
#include "api/handlers.hpp"
#include "api/lookup.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

std::optional<std::uint64_t> group_from(std::string_view text) {
  std::uint64_t group = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), group);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return group;
}

/// Dead letters as a query selects them, from the texts of a filter; refuses the call, and is
/// unset, when one of them is wrong.
std::optional<dead_letter_query> dead_letter_query_of(context& shared, const call_ref& c,
                                                      const bulk_filter& filter,
                                                      problem_code refusal) {
  const auto refuse = [&](problem_code code, std::string_view detail) {
    c->refuse(code, detail);
    return std::nullopt;
  };
  dead_letter_query query;
  query.type = filter.type;
  if (!filter.connector.empty()) {
    query.connector = connector_named(shared, filter.connector);
    if (!query.connector)
      return refuse(problem_code::no_such_connector, no_such_connector(shared, filter.connector));
  }
  if (!filter.reason.empty()) {
    query.why = reason_from(filter.reason);
    if (!query.why) return refuse(refusal, fmt::format("no reason is named \"{}\"", filter.reason));
  }
  if (!filter.group.empty()) {
    query.group = group_from(filter.group);
    if (!query.group) return refuse(refusal, "group must be a number");
  }
  if (!filter.state.empty()) {
    query.state = delivery_state_from(filter.state);
    if (query.state != delivery_state::dead && query.state != delivery_state::expired)
      return refuse(refusal,
                    unknown_name("state of a dead letter", filter.state, {"dead", "expired"}));
  }
  const auto since = time_from("since", filter.since);
  if (!since) return refuse(refusal, since.error());
  const auto until = time_from("until", filter.until);
  if (!until) return refuse(refusal, until.error());
  query.since_ms = *since;
  query.until_ms = *until;
  return query;
}

void act_on_dead_letters(context& shared, const call_ref& c, bulk_kind kind) {
  auto given = bulk_body_of(c->body(), kind);
  if (!given) return c->refuse(problem_code::invalid_body, given.error());
  c->aims_at(in_words(*given));
  dead_letter_query query;
  if (given->filter) {
    auto found = dead_letter_query_of(shared, c, *given->filter, problem_code::invalid_body);
    if (!found) return;
    query = std::move(*found);
  }
  bulk_work work;
  work.read_page = [&shared, c, query](page_request page, const bulk_work::ids_of_page& next) {
    auto asked = query;
    asked.page = std::move(page);
    shared.storage().list_dead_letters(
        std::move(asked),
        then<airtrain::page<dead_letter>>(c, [next](const airtrain::page<dead_letter>& found) {
          std::vector<dead_letter_id> ids;
          for (const auto& one : found.items) ids.push_back(one.id);
          next(std::move(ids), found.next);
        }));
  };
  const bool discard = kind == bulk_kind::discard;
  // A dry run of a discard asks whether they are there.
  const replay_options options{.new_key = given->new_key,
                               .allow_reorder = given->allow_reorder || discard,
                               .dry_run = given->dry_run};
  work.act = [&shared, discard, options](std::vector<dead_letter_id> ids,
                                         store::answer<bulk_result> done) {
    if (discard && !options.dry_run) return shared.engine.discard(std::move(ids), std::move(done));
    shared.engine.replay(std::move(ids), options, std::move(done));
  };
  run_bulk(c, std::move(work), std::move(*given));
}

}  // namespace

void list_dead_letters(context& shared, const call_ref& c) {
  const auto page = page_from(c->query());
  if (!page) return c->refuse(problem_code::invalid_parameter, page.error());
  const auto& given = c->query();
  const bulk_filter filter{given.text("connector"), given.text("type"),  given.text("state"),
                           given.text("reason"),    given.text("group"), given.text("since"),
                           given.text("until")};
  auto query = dead_letter_query_of(shared, c, filter, problem_code::invalid_parameter);
  if (!query) return;
  query->page = *page;
  const auto how = c->who().may(scope::payload) ? detail::answers : detail::attributes;
  // A thousand bodies in one answer would be without a bound: they are shown one by one.
  shared.storage().list_dead_letters(
      std::move(*query),
      then<airtrain::page<dead_letter>>(c, [c, how](const airtrain::page<dead_letter>& found) {
        c->answer(list_text(
            found.items, found.next,
            [how](json_writer& out, const dead_letter& one) { write_dead_letter(out, one, how); }));
      }));
}

void show_dead_letter(context& shared, const call_ref& c) {
  const auto id = dead_letter_id_from(c->path(0));
  if (!id) return c->refuse(problem_code::not_found, "this is not the id of a dead letter");
  shared.storage().find_dead_letter(*id, then<dead_letter>(c, [c](const dead_letter& found) {
    json_writer out;
    write_dead_letter(out, found,
                      c->who().may(scope::payload) ? detail::everything : detail::attributes);
    c->answer(out.take());
  }));
}

void replay_dead_letters(context& shared, const call_ref& c) {
  act_on_dead_letters(shared, c, bulk_kind::replay);
}

void discard_dead_letters(context& shared, const call_ref& c) {
  act_on_dead_letters(shared, c, bulk_kind::discard);
}

}  // namespace airtrain::api
