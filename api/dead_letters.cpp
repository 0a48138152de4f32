#include "api/bulk.hpp"
#include "api/handlers.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {
namespace {

void act_on_dead_letters(context& shared, const call_ref& c, bulk_kind kind) {
  auto given = bulk_body_of(c->body(), kind);
  if (!given) return c->refuse(problem_code::invalid_body, given.error());
  run_bulk(shared, c, kind, std::move(*given));
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
