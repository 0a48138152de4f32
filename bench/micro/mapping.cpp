#include <stdexcept>

#include "bench/micro/micro.hpp"
#include "core/ingest/event_reader.hpp"
#include "core/mapping/template.hpp"

namespace airtrain::bench {
namespace {

event_ref sample() {
  auto read = read_events(body_form::plain, "application/json", sample_body(17), {}, {},
                          {.source = "/bench", .idempotency_key = {}, .accepted_at_ms = 1});
  return read.events.at(0).event;
}

/// The body that the mapped scenarios of the suite send.
json_template shift_body() {
  const std::pair<const char*, const char*> members[]{
      {"t", "${data.t}"},
      {"employeeNumber", "${data.employee_id}"},
      {"shiftStart", "${data.new_shift}"},
      {"hours", "${data.hours}"},
      {"note", "shift for ${data.employee_id}: ${data.note}"},
      {"site", "${data.site ?? 'unknown'}"},
  };
  template_source root{.what = template_source::kind::map, .text = {}, .members = {}};
  for (const auto& [name, text] : members)
    root.members.push_back(
        {name, {.what = template_source::kind::text, .text = text, .members = {}}});
  auto made = json_template::compile(root);
  if (!made) throw std::runtime_error("the sample mapping does not compile");
  return *made;
}

/// `use(view)` over a view that has not parsed its data yet.
template <class Use>
std::function<void(std::uint64_t)> over_event(Use use) {
  return [event = sample(), use](std::uint64_t times) {
    for (std::uint64_t i = 0; i < times; ++i) {
      const event_view view(event);
      keep(use(view));
    }
  };
}

expression compiled(const char* text) {
  auto made = expression::compile(text);
  if (!made) throw std::runtime_error(made.error().message);
  return *made;
}

}  // namespace

std::vector<micro_case> mapping_cases() {
  const auto url = text_template::compile("https://payroll/employees/${data.employee_id}/shifts");
  if (!url) throw std::runtime_error(url.error().message);
  return {
      {"parsing the data once", over_event([](const event_view& e) { return e.data(); })},
      {"body with six members",
       over_event([body = shift_body()](const event_view& e) { return body.render(e); })},
      {"url with a value",
       over_event([url = *url](const event_view& e) { return url.render(e, true); })},
      {"when: data.dept == \"nursing\"",
       over_event([when = compiled("data.dept == \"nursing\"")](const event_view& e) {
         return when.truth(e);
       })},
      {"when: type only", over_event([when = compiled("type == \"staff_schedule_updated\"")](
                                         const event_view& e) { return when.truth(e); })},
      {"ordering.key: data.employee_id",
       over_event(
           [key = compiled("data.employee_id")](const event_view& e) { return key.lane(e); })},
  };
}

}  // namespace airtrain::bench
