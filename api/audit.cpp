#include "api/handlers.hpp"
#include "api/shapes.hpp"

namespace airtrain::api {

void list_audit(context& shared, const call_ref& c) {
  const auto page = page_from(c->query());
  if (!page) return c->refuse(problem_code::invalid_parameter, page.error());
  shared.storage().list_audit(
      {*page},
      then<airtrain::page<audit_record>>(c, [c](const airtrain::page<audit_record>& found) {
        c->answer(list_text(found.items, found.next, write_audit_record));
      }));
}

}  // namespace airtrain::api
