#include "core/ingest/event_reader.hpp"

#include <fmt/format.h>

#include "core/ingest/binary_event.hpp"
#include "core/ingest/event_draft.hpp"
#include "core/ingest/json_event.hpp"
#include "core/ingest/problem.hpp"
#include "core/json/document.hpp"

namespace airtrain {
namespace {

const std::vector<attribute> plain_obligations{attribute::type};
const std::vector<attribute> cloudevent_obligations{attribute::spec_version, attribute::type,
                                                    attribute::id, attribute::source};

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view space = " \t\r";
  const auto first = line.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(space) - first + 1);
}

// Reads one request; collects the good events and the problems.
class request_reader {
 public:
  request_reader(const reader_limits& limits, const reader_defaults& defaults)
      : limits_(limits), defaults_(defaults), draft_(limits) {}

  read_result take() { return std::move(out_); }

  void json(body_form form, std::string_view body) {
    if (const auto parsed = document_.parse(body); !parsed)
      return refuse(json_problem(parsed.error(), 0));
    const bool list = document_.at(0).what == json::kind::array;
    if (form == body_form::cloudevent && list)
      return refuse({std::nullopt, 400, "malformed_json",
                     "a list of events is application/cloudevents-batch+json"});
    if (form == body_form::cloudevents_batch && !list)
      return refuse({std::nullopt, 400, "malformed_json",
                     "application/cloudevents-batch+json is a list of events"});
    const auto& required = form == body_form::plain ? plain_obligations : cloudevent_obligations;
    if (!list) return json_event(0, 0, required);
    out_.batch = true;
    if (too_many(list_size())) return;
    for (std::uint32_t item = 1; item != document_.at(0).next; item = document_.at(item).next)
      json_event(item, 0, required);
  }

  void lines(std::string_view body) {
    out_.batch = true;
    if (too_many(line_count(body))) return;
    for_each_line(body, [this, body](std::string_view line) {
      const auto begins_at = static_cast<std::size_t>(line.data() - body.data());
      if (const auto parsed = document_.parse(line); !parsed)
        return finish(failure(json_problem(parsed.error(), begins_at)));
      json_event(0, begins_at, plain_obligations);
    });
  }

  void binary(std::string_view content_type, std::string_view body,
              const std::vector<header_field>& headers) {
    draft_.clear();
    if (auto read = read_binary_event(content_type, body, headers, draft_); !read)
      return finish(failure(std::move(read.error())));
    finish(seal(cloudevent_obligations));
  }

 private:
  void json_event(std::uint32_t item, std::size_t begins_at,
                  const std::vector<attribute>& required) {
    draft_.clear();
    if (auto read = read_json_event(document_, item, begins_at, draft_); !read)
      return finish(failure(std::move(read.error())));
    finish(seal(required));
  }

  result<read_event, read_problem> seal(const std::vector<attribute>& required) {
    return draft_.seal(required, defaults_, next_index_, out_.batch);
  }

  // Ends the event at hand, good or bad.
  void finish(result<read_event, read_problem> done) {
    const auto index = next_index_++;
    if (done) {
      out_.events.push_back(std::move(*done));
      out_.indexes.push_back(index);
    } else {
      if (out_.batch) done.error().index = index;
      out_.problems.push_back(std::move(done.error()));
    }
  }

  void refuse(read_problem whole) { out_.problems.push_back(std::move(whole)); }

  bool too_many(std::size_t count) {
    if (count > limits_.events_max) {
      refuse({std::nullopt, 413, "too_many_events",
              fmt::format("{} events in a request, {} are allowed", count, limits_.events_max)});
      return true;
    }
    out_.events.reserve(count);
    out_.indexes.reserve(count);
    return false;
  }

  std::size_t list_size() const {
    std::size_t count = 0;
    for (std::uint32_t item = 1; item != document_.at(0).next; item = document_.at(item).next)
      ++count;
    return count;
  }

  // Blank lines are none.
  template <class F>
  static void for_each_line(std::string_view body, F visit) {
    while (!body.empty()) {
      const auto end = body.find('\n');
      if (const auto line = trimmed(body.substr(0, end)); !line.empty()) visit(line);
      if (end == std::string_view::npos) return;
      body.remove_prefix(end + 1);
    }
  }

  static std::size_t line_count(std::string_view body) {
    std::size_t count = 0;
    for_each_line(body, [&count](std::string_view) { ++count; });
    return count;
  }

  const reader_limits& limits_;
  const reader_defaults& defaults_;
  json::document document_;
  event_draft draft_;
  std::uint32_t next_index_ = 0;
  read_result out_;
};

}  // namespace

read_result read_events(body_form form, std::string_view content_type, std::string_view body,
                        const std::vector<header_field>& headers, const reader_limits& limits,
                        const reader_defaults& defaults) {
  request_reader reader{limits, defaults};
  switch (form) {
    case body_form::plain:
    case body_form::cloudevent:
    case body_form::cloudevents_batch:
      reader.json(form, body);
      break;
    case body_form::ndjson:
      reader.lines(body);
      break;
    case body_form::binary:
      reader.binary(content_type, body, headers);
      break;
  }
  return reader.take();
}

}  // namespace airtrain
