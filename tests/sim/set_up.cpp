// What there is in one simulated world, and what is sent into it.

#include <algorithm>

#include "tests/sim/world.hpp"

namespace airtrain::sim {
namespace {

/// Share of events that have no ordering key.
constexpr double without_key = 0.1;

}  // namespace

void world::make_systems() {
  const auto count = 2 + random_.below(3);
  std::map<connector_id, dispatch_options> all;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto options = draw_options();
    options.ordered = i != 2;
    options.dead_letter = i == 0 ? on_dead_letter::stop : on_dead_letter::proceed;
    const auto id = store_->connector(fmt::format("c{}", i)).value();
    auto& made = systems_[id];
    made.id = id;
    made.options = options;
    made.backlog = draw_backlog_limit(options);
    made.outside = std::make_unique<target>(random_.seed(), options.attempt_timeout);
    all.emplace(id, options);
    log_.note("{} {}, concurrency {}{}, window {}, blocked lanes {}, expires {} ms, backlog {}", id,
              !options.ordered ? "unordered"
              : i == 0         ? "stops lanes"
                               : "ordered",
              options.adaptive.on ? "up to " : "", options.concurrency, options.window,
              options.blocked_lanes_max, options.expires_after.count(), made.backlog.bytes_max);
  }
  shared_rate_ = random_.pick(std::vector<double>{5, 20, 100});
  rate_ = std::make_shared<rate_keeper>(time_, shared_rate_);
  account_ = std::make_unique<ledger>(std::move(all));
  lanes_ = 1 + random_.below(5);
  message_delay_max_ = random_.chance(0.8) ? milliseconds{3} : milliseconds{150};
}

dispatch_options world::draw_options() {
  dispatch_options options;
  options.concurrency = static_cast<std::uint32_t>(random_.between(1, 6));
  if (random_.chance(0.4)) {
    options.adaptive.on = true;
    options.adaptive.min = static_cast<std::uint32_t>(random_.between(1, options.concurrency));
  }
  options.window = random_.pick(std::vector<std::uint32_t>{1, 2, 4, 8, 16, 32});
  options.window_bytes = random_.chance(0.2) ? 600 : 1u << 20;
  options.blocked_lanes_max = random_.pick(std::vector<std::uint32_t>{1, 3, 100'000});
  if (random_.chance(0.3)) options.rate_per_second = random_.chance(0.5) ? 20.0 : 100.0;
  if (!options.rate_per_second && random_.chance(0.5)) options.shared_rate = "shared";
  options.attempt_timeout = milliseconds{random_.between(300, 3000)};
  options.retry.initial = milliseconds{50};
  options.retry.max = milliseconds{4000};
  options.retry.give_up_after =
      random_.pick(std::vector<milliseconds>{milliseconds{0}, seconds{5}, std::chrono::hours{72}});
  options.retry.max_attempts = random_.chance(0.3) ? 3 : 0;
  options.retry.retry_after_max = seconds{5};
  options.breaker.consecutive = static_cast<std::uint32_t>(random_.between(3, 5));
  options.breaker.window = seconds{10};
  options.breaker.open = milliseconds{random_.between(200, 1000)};
  options.breaker.open_max = seconds{5};
  options.breaker.probes = static_cast<std::uint32_t>(random_.between(1, 3));
  options.reject_guard = random_.pick(std::vector<std::uint32_t>{0, 4, 20});
  options.reject_guard_unproven = 3;
  options.hold_probe_interval = seconds{3};
  if (random_.chance(0.25)) options.expires_after = seconds{10};
  options.coalesce_latest = random_.chance(0.3);
  options.config_digest = 1;
  return options;
}

backlog_limit world::draw_backlog_limit(const dispatch_options& options) {
  if (!random_.chance(0.25)) return {};
  // Not where a dead letter stops its lane: refused by config/.
  const bool may_end = options.dead_letter == on_dead_letter::proceed && random_.chance(0.5);
  // At least the largest request.
  return {.bytes_max = static_cast<std::uint64_t>(random_.between(800, 4000)),
          .then = may_end ? when_full::dead_letter : when_full::refuse};
}

publish_item world::make_item(const std::string& id) {
  const auto data = fmt::format("{{\"n\":{}}}", random_.below(1'000'000));
  publish_item item;
  item.what = event::seal({.id = id,
                           .source = "sim",
                           .type = random_.chance(0.8) ? "t" : "u",
                           .subject = {},
                           .time = {},
                           .data_content_type = {},
                           .data_schema = {},
                           .extensions = {},
                           .data = data,
                           .kind = data_kind::json,
                           .accepted_at_ms = time_.now().wall_ms,
                           .content_hash = std::hash<std::string>{}(data)});
  const lane_id key = random_.chance(without_key) ? no_lane : 1 + random_.below(lanes_);
  for (const auto& [connector, one] : systems_)
    if (random_.chance(0.7))
      item.routes.push_back({connector, one.options.ordered ? key : no_lane});
  return item;
}

void world::submit_something() {
  const auto what = std::make_shared<request>();
  const auto count = 1 + random_.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto id = fmt::format("e{}", ++events_made_);
    if (!requests_.empty() && random_.chance(0.1)) {
      // Sent before, maybe taken, maybe not: producers repeat themselves.
      const auto& earlier = random_.pick(requests_)->what.items;
      what->what.items.push_back(random_.pick(earlier));
    } else {
      what->what.items.push_back(make_item(id));
    }
    account_->submitted(what->what.items.back());
  }
  requests_.push_back(what);
  submit(what);
}

/// An id that is taken, with other content, beside an event that is sound: neither may be taken.
void world::submit_conflict() {
  const auto taken = std::find_if(requests_.begin(), requests_.end(),
                                  [](const auto& one) { return one->answered; });
  if (taken == requests_.end()) return;
  publish_request what;
  what.items.push_back(make_item(fmt::format("never{}", ++events_made_)));
  what.items.push_back(make_item(std::string{(*taken)->what.items[0].what->id()}));
  store_->publish({what}, [](const auto& results) {
    if (results[0].error.code != store_error_code::none) return;
    demand(results[0].events[0].status == publish_status::refused &&
               results[0].events[1].status == publish_status::conflict,
           "a conflict was taken");
  });
  touch_store();
}

void world::submit(const std::shared_ptr<request>& what) {
  if (what->answered) return;
  store_->publish({what->what}, [this, what](const auto& results) { answered(what, results[0]); });
  touch_store();
}

void world::answered(const std::shared_ptr<request>& what, const publish_result& result) {
  log_.note("publish of {} events: {}", what->what.items.size(),
            result.error.code == store_error_code::none ? "taken" : to_string(result.error.code));
  if (result.error.code != store_error_code::none) {
    time_.after(random_.between(milliseconds{50}, seconds{2}), [this, what] { submit(what); });
    return;
  }
  const auto is_full = [](const published_event& one) {
    return one.status == publish_status::full;
  };
  if (std::any_of(result.events.begin(), result.events.end(), is_full)) {
    for (std::size_t i = 0; i < result.events.size(); ++i)
      account_->refused(what->what.items[i], result.events[i]);
    time_.after(random_.between(milliseconds{50}, seconds{2}), [this, what] { submit(what); });
    return;
  }
  what->answered = true;
  std::vector<std::string> know_again;
  for (std::size_t i = 0; i < result.events.size(); ++i) {
    const std::string id{what->what.items[i].what->id()};
    account_->answered(id, result.events[i]);
    // Of a publish that failed and landed only the store knows whether a backlog was full.
    if (result.events[i].status == publish_status::duplicate &&
        may_die_at_once(what->what.items[i]))
      know_again.push_back(id);
  }
  if (know_again.empty()) return;
  for (const auto& id : know_again) read_again(id);
  store_->inject().fail_reads = 0;
  store_->answer_reads();
}

bool world::may_die_at_once(const publish_item& item) const {
  return std::any_of(item.routes.begin(), item.routes.end(), [this](const route& to) {
    return systems_.at(to.connector).backlog.then == when_full::dead_letter;
  });
}

}  // namespace airtrain::sim
