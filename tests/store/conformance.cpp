#include "tests/store/conformance.hpp"

#include <chrono>
#include <stdexcept>

namespace airtrain::conformance {

using std::chrono::steady_clock;

event_ref sealed(const sample& what, std::int64_t accepted_at_ms) {
  return event::seal({.id = what.id,
                      .source = what.source,
                      .type = what.type,
                      .subject = {},
                      .time = {},
                      .data_content_type = {},
                      .data_schema = {},
                      .extensions = {},
                      .data = what.data,
                      .kind = data_kind::json,
                      .accepted_at_ms = accepted_at_ms,
                      .content_hash = std::hash<std::string>{}(what.data)});
}

void store_conformance::start(const store_settings& settings) {
  backend_.reset();
  backend_ = GetParam().make(settings, [this] { return now_ms.load(); });
  ASSERT_TRUE(backend_);
}

void store_conformance::wait_until(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + std::chrono::seconds{10};
  while (true) {
    backend_->pump();
    if (holds()) return;
    if (steady_clock::now() > deadline) {
      ADD_FAILURE() << "waited for too long";
      return;
    }
  }
}

connector_id store_conformance::connector(const std::string& name) {
  const auto id = current().connector(name);
  EXPECT_TRUE(id) << id.error().message;
  return id.value_or(0);
}

std::vector<publish_result> store_conformance::publish_all(std::vector<publish_request> requests) {
  return await<std::vector<publish_result>>(
      [&](auto then) { current().publish(std::move(requests), then); });
}

publish_result store_conformance::publish(std::vector<publish_item> items) {
  auto results = publish_all({publish_request{std::move(items)}});
  EXPECT_EQ(results.size(), 1u);
  return results.at(0);
}

std::uint64_t store_conformance::publish_to(connector_id to, const std::string& id, lane_id lane) {
  const auto result = publish({item({.id = id}, {{to, lane}})});
  EXPECT_EQ(result.error.code, store_error_code::none) << result.error.message;
  if (result.events.size() != 1) throw std::runtime_error("not published");
  EXPECT_EQ(result.events[0].status, publish_status::accepted);
  return result.events[0].seq;
}

opened_connector store_conformance::open(connector_id id) {
  auto opened = await<result<opened_connector, store_error>>([&](auto then) {
    current().open(
        id, [this] { ++work_calls; }, then);
  });
  EXPECT_TRUE(opened) << opened.error().message;
  return opened.value();
}

fetch_result store_conformance::fetch(connector_id id, std::uint64_t epoch,
                                      const fetch_request& what) {
  auto fetched = await<result<fetch_result, store_error>>(
      [&](auto then) { current().fetch(id, epoch, what, then); });
  EXPECT_TRUE(fetched) << fetched.error().message;
  return fetched.value();
}

fetch_result store_conformance::fresh(connector_id id, std::uint64_t epoch, std::uint32_t count) {
  return fetch(id, epoch, {.what = fetch_kind::fresh, .count_max = count, .bytes_max = 1u << 20});
}

fetch_result store_conformance::due(connector_id id, std::uint64_t epoch, bool release,
                                    std::uint32_t count) {
  return fetch(id, epoch,
               {.what = fetch_kind::due,
                .count_max = count,
                .bytes_max = 1u << 20,
                .now_ms = now_ms,
                .release_connector_scope = release});
}

fetch_result store_conformance::lane_of(connector_id id, std::uint64_t epoch, lane_id lane,
                                        std::uint32_t count) {
  return fetch(id, epoch,
               {.what = fetch_kind::lane, .count_max = count, .bytes_max = 1u << 20, .lane = lane});
}

void store_conformance::settle(connector_id id, std::uint64_t epoch, std::vector<settlement> all) {
  current().settle(id, epoch, std::move(all));
}

void store_conformance::flush() {
  const auto error = await<store_error>([&](auto then) { current().flush(then); });
  EXPECT_EQ(error.code, store_error_code::none) << error.message;
}

std::vector<event_detail> store_conformance::details(const std::string& id) {
  auto found = await<result<std::vector<event_detail>, store_error>>(
      [&](auto then) { current().event_details(id, std::nullopt, then); });
  EXPECT_TRUE(found) << found.error().message;
  return found.value();
}

delivery_detail store_conformance::only_delivery(const std::string& id) {
  auto events = details(id);
  EXPECT_EQ(events.size(), 1u);
  EXPECT_EQ(events.at(0).deliveries.size(), 1u);
  return events.at(0).deliveries.at(0);
}

std::vector<dead_letter> store_conformance::dead_letters(dead_letter_query query) {
  auto found = await<result<page<dead_letter>, store_error>>(
      [&](auto then) { current().list_dead_letters(query, then); });
  EXPECT_TRUE(found) << found.error().message;
  return found.value().items;
}

bulk_result store_conformance::replay(std::vector<dead_letter_id> which, replay_options options) {
  auto done = await<result<bulk_result, store_error>>(
      [&](auto then) { current().replay(which, options, then); });
  EXPECT_TRUE(done) << done.error().message;
  return done.value();
}

bulk_result store_conformance::change(std::vector<dead_letter_id> which, change_options options) {
  auto done = await<result<bulk_result, store_error>>(
      [&](auto then) { current().change_deliveries(which, options, then); });
  EXPECT_TRUE(done) << done.error().message;
  return done.value();
}

bulk_result store_conformance::discard(std::vector<dead_letter_id> which) {
  auto done =
      await<result<bulk_result, store_error>>([&](auto then) { current().discard(which, then); });
  EXPECT_TRUE(done) << done.error().message;
  return done.value();
}

namespace {

settlement attempted(const delivery& what, settlement::kind kind, answer_class outcome,
                     reason why) {
  settlement result;
  result.what = kind;
  result.key = what.key;
  result.lane = what.lane;
  result.history = what.history;
  ++result.history.attempts;
  result.rendered = what.rendered;
  result.why = why;
  result.attempt.n = result.history.attempts;
  result.attempt.at_ms = 1'700'000'000'000;
  result.attempt.outcome = outcome;
  result.attempt.why = why;
  result.attempt.took_ms = 3;
  return result;
}

settlement untouched(const delivery& what, settlement::kind kind) {
  settlement result;
  result.what = kind;
  result.key = what.key;
  result.lane = what.lane;
  result.history = what.history;
  result.counted = false;
  return result;
}

}  // namespace

settlement delivered(const delivery& what) {
  return attempted(what, settlement::kind::delivered, answer_class::delivered, reason::answered);
}

settlement dead(const delivery& what, reason why, bool stops_lane) {
  auto result = attempted(what, settlement::kind::dead, answer_class::reject, why);
  result.stops_lane = stops_lane;
  result.attempt.status = 422;
  result.attempt.answer = "no such employee";
  return result;
}

settlement retry_at(const delivery& what, std::int64_t due_ms, failure_scope scope) {
  auto result = attempted(what, settlement::kind::retry, answer_class::retry, reason::reset);
  result.due_ms = due_ms;
  result.scope = scope;
  auto rendered = std::make_shared<rendered_request>();
  rendered->target = "/shifts";
  rendered->headers = "X-A: 1\r\n";
  rendered->body = "rendered body";
  if (!result.rendered) result.rendered = rendered;
  return result;
}

settlement aside(const delivery& what) {
  return untouched(what, settlement::kind::aside);
}

settlement give_back(const delivery& what) {
  return untouched(what, settlement::kind::give_back);
}

settlement uncounted(settlement what, settlement::kind kind) {
  what.what = kind;
  what.counted = false;
  return what;
}

std::vector<std::string> ids(const std::vector<delivery>& deliveries) {
  std::vector<std::string> result;
  for (const auto& one : deliveries) result.emplace_back(one.event->id());
  return result;
}

}  // namespace airtrain::conformance
