#include <fmt/format.h>

#include <memory>

#include "bench/micro/micro.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "core/ingest/event_reader.hpp"
#include "core/routing.hpp"

namespace airtrain::bench {
namespace {

constexpr std::uint64_t turn = 100;  ///< deliveries handled in one go, as in a busy service

event_ref sample() {
  auto read = read_events(body_form::plain, "application/json", sample_body(17), {}, {},
                          {.source = "/bench", .idempotency_key = {}, .accepted_at_ms = 1});
  return read.events.at(0).event;
}

/// `count` connectors with types of their own, three of which want the sample.
micro_case routing_among(std::uint32_t count) {
  std::vector<subscription> wanted;
  for (std::uint32_t i = 1; i <= count; ++i)
    wanted.push_back({i, {i <= 3 ? "staff_schedule_updated" : fmt::format("type_{}", i)}, {}, {}});
  auto table = std::make_shared<routing_table>(std::move(wanted));
  return {fmt::format("route to 3 of {} connectors", count),
          [table, event = sample()](std::uint64_t times) {
            std::vector<routed> out;
            for (std::uint64_t i = 0; i < times; ++i) {
              out.clear();
              const event_view view(event);
              table->route(view, out);
              keep(out);
            }
          }};
}

/// A supervisor's decisions for deliveries that all go through: taken, sent, answered, settled.
class smooth_dispatcher {
 public:
  explicit smooth_dispatcher(bool ordered) : it_(options(ordered), 1), ordered_(ordered) {
    opened_connector what;
    what.epoch = 1;
    it_.opened(what, now_, out_);
    clear();
  }

  void once() {
    it_.fetched(taken(), now_, out_);
    std::vector<attempt_outcome> answers;
    for (const auto& order : out_.send) {
      auto& answer = answers.emplace_back();
      answer.key = order.what.key;
      answer.with = order.with;
      answer.result.outcome = answer_class::delivered;
      answer.result.status = 200;
    }
    clear();
    it_.attempted(std::move(answers), now_, out_);
    keep(out_);
    clear();
  }

 private:
  fetch_result taken() {
    fetch_result made;
    made.request.count_max = turn;
    made.more = true;
    for (std::uint64_t i = 0; i < turn; ++i) {
      auto& each = made.deliveries.emplace_back();
      each.key.seq = ++seq_;
      each.event = event_;
      each.lane = ordered_ ? seq_ : no_lane;
    }
    return made;
  }

  static dispatch_options options(bool ordered) {
    dispatch_options made;
    made.concurrency = turn;
    made.ordered = ordered;
    return made;
  }
  void clear() {
    out_.clear();
    now_.steady += std::chrono::microseconds{100};
  }

  dispatcher it_;
  bool ordered_;
  dispatch_actions out_;
  instant now_{.steady = std::chrono::seconds{1}, .wall_ms = 1'767'323'045'678};
  event_ref event_ = sample();
  std::uint64_t seq_ = 0;
};

micro_case dispatching(std::string name, bool ordered) {
  auto it = std::make_shared<smooth_dispatcher>(ordered);
  return {std::move(name),
          [it](std::uint64_t times) {
            for (std::uint64_t i = 0; i < times; ++i) it->once();
          },
          turn};
}

}  // namespace

std::vector<micro_case> core_cases() {
  return {
      routing_among(10),
      routing_among(1000),
      dispatching("a delivery from taken to settled", false),
      dispatching("the same with ordering, a lane for each", true),
  };
}

}  // namespace airtrain::bench
