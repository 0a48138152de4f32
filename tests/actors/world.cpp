#include "tests/actors/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace airtrain {
namespace {

class scripted_connector : public connector {
 public:
  explicit scripted_connector(std::shared_ptr<script> what) : script_(std::move(what)) {
    ++script_->made;
    if (script_->cannot_be_made) throw std::runtime_error("cannot be made");
  }

  void deliver(std::vector<attempt> attempts) override {
    for (const auto& a : attempts) script_->seen.emplace_back(a.order().what.event->id());
    if (script_->does == script::mode::crash) throw std::runtime_error("planted");
    for (auto& a : attempts) handle(std::move(a));
  }

 private:
  void handle(attempt work) {
    verdict result;
    switch (script_->does) {
      case script::mode::deliver:
        result.outcome = answer_class::delivered;
        return work.complete(result);
      case script::mode::reject:
        result.outcome = answer_class::reject;
        result.scope = failure_scope::event;
        result.why = reason::answered;
        result.status = 422;
        return work.complete(result);
      case script::mode::keep:
      case script::mode::crash:
        script_->kept.push_back(std::move(work));
    }
  }

  std::shared_ptr<script> script_;
};

}  // namespace

void script::complete_kept(answer_class as) {
  auto work = std::exchange(kept, {});
  for (auto& a : work) {
    verdict result;
    result.outcome = as;
    a.complete(result);
  }
}

world::config::config() {
  add_messages(*this);
  set("scheduler.policy", caf::atom("testing"));
}

world::world(delivery_engine_settings settings) : system_(config_) {
  settings.wall_ms = [this] { return wall_ms_; };
  settings.random_seed = 1;
  store_ = memory_store::make({}, settings.wall_ms);
  hub_ = std::make_unique<hub>(system_, settings, *store_);
}

world::~world() {
  stop();
  for (auto& s : scripts_) s->kept.clear();
  hub_.reset();
  store_->close();
}

caf::scheduler::test_coordinator& world::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
}

script& world::add(const std::string& name, dispatch_options options) {
  auto plan = scripts_.emplace_back(std::make_shared<script>());
  connector_registration registration;
  registration.name = name;
  registration.type = "scripted";
  registration.events = {name + ".*", "all"};
  registration.dispatch = options;
  registration.make = [plan] { return std::make_unique<scripted_connector>(plan); };
  hub_->add(std::move(registration));
  return *plan;
}

void world::start() {
  ASSERT_TRUE(hub_->start().has_value());
  settle();
}

void world::settle() {
  do {
    scheduler().run();
  } while (store_->step() || scheduler().has_job());
}

void world::pass(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds step{25};
  settle();
  for (auto passed = std::chrono::milliseconds{0}; passed < time; passed += step) {
    wall_ms_ += step.count();
    scheduler().advance_time(step);
    settle();
  }
}

event_ref test_event(const std::string& id, const std::string& type, std::int64_t accepted_at_ms) {
  event_fields fields;
  fields.id = id;
  fields.source = "/test";
  fields.type = type;
  fields.data = "{}";
  fields.kind = data_kind::json;
  fields.accepted_at_ms = accepted_at_ms;
  fields.content_hash = std::hash<std::string>{}(type);
  return event::seal(fields);
}

void world::submit(const std::string& id, const std::string& type) {
  hub_->submit({test_event(id, type, wall_ms_)},
               [this, id](submit_result result) { answers_.emplace_back(id, std::move(result)); });
}

bool world::answered(const std::string& id) const {
  return std::any_of(answers_.begin(), answers_.end(),
                     [&](const auto& a) { return a.first == id; });
}

submit_result world::answer_of(const std::string& id) const {
  for (const auto& [which, answer] : answers_)
    if (which == id) return answer;
  ADD_FAILURE() << id << " was not answered";
  return {};
}

connector_report world::report(const std::string& connector) {
  std::optional<connector_report> found;
  hub_->reports([&](std::vector<connector_report> reports) {
    for (auto& r : reports)
      if (r.name == connector) found = std::move(r);
  });
  settle();
  EXPECT_TRUE(found) << "no report of " << connector;
  return found.value_or(connector_report{});
}

std::optional<waits> world::why(const std::string& connector, std::uint64_t seq) {
  std::optional<waits> answer;
  hub_->why(connector, {seq, 0}, no_lane, [&](std::optional<waits> w) { answer = std::move(w); });
  settle();
  return answer;
}

operator_code world::wait_for(const std::optional<operator_code>& answer) {
  settle();
  EXPECT_TRUE(answer) << "no answer";
  return answer.value_or(operator_code::failed);
}

operator_code world::pause(const std::string& connector) {
  std::optional<operator_code> answer;
  hub_->pause(connector, [&](operator_code code, const std::string&) { answer = code; });
  return wait_for(answer);
}

operator_code world::resume(const std::string& connector) {
  std::optional<operator_code> answer;
  hub_->resume(connector, [&](operator_code code, const std::string&) { answer = code; });
  return wait_for(answer);
}

void world::stop() {
  hub_->stop();
  settle();
}

}  // namespace airtrain
