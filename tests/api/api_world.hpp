#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "actors/delivery_engine.hpp"
#include "api/service.hpp"
#include "connectors/connector.hpp"
#include "http/io_pool.hpp"
#include "http/server.hpp"
#include "tests/api/threaded_store.hpp"
#include "tests/wire/plain_client.hpp"

namespace airtrain::api {

/// How the targets of a test answer.
class scripted_target {
 public:
  void answers(verdict with) {
    const std::lock_guard lock{mutex_};
    verdict_ = std::move(with);
  }
  verdict next() {
    const std::lock_guard lock{mutex_};
    return verdict_;
  }
  static verdict delivered() { return verdict_of(answer_class::delivered, reason::answered, 200); }
  static verdict rejects(std::string answer) {
    auto what = verdict_of(answer_class::reject, reason::answered, 422);
    what.scope = failure_scope::event;
    what.answer = std::move(answer);
    return what;
  }
  static verdict down() {
    auto what = verdict_of(answer_class::retry, reason::connect_failed, 0);
    what.message = "connection refused";
    return what;
  }

 private:
  static verdict verdict_of(answer_class outcome, reason why, int status) {
    verdict what;
    what.outcome = outcome;
    what.why = why;
    what.status = status;
    return what;
  }
  std::mutex mutex_;
  verdict verdict_ = delivered();
};

class scripted_connector : public connector {
 public:
  explicit scripted_connector(std::shared_ptr<scripted_target> target)
      : target_(std::move(target)) {}
  void deliver(std::vector<attempt> attempts) override {
    for (auto& one : attempts) {
      auto rendered = std::make_shared<rendered_request>();
      rendered->target = "/shifts";
      rendered->headers = "X-Agency: va\r\n";
      rendered->body_is_event_data = true;
      one.complete(target_->next(), std::move(rendered));
    }
  }

 private:
  std::shared_ptr<scripted_target> target_;
};

/// The API over a real server, a real engine and a memory store, with one connector "payroll" that
/// wants "shift_*", and "journal" that wants "shift_logged", where events with the same `data.lane`
/// wait behind a dead letter.
class api_world {
 public:
  explicit api_world(http_settings http = {}, delivery_engine_settings engine_with = {},
                     http::server_settings server_with = {}, backlog_limit of_payroll = {})
      : backlog_of_payroll_(of_payroll),
        rate_of_payroll_(engine_with.rate_limits.empty() ? "" : engine_with.rate_limits[0].name),
        storage_({}, wall_ms),
        engine_(std::move(engine_with), storage_) {
    add_connector("payroll", "shift_*", payroll);
    add_connector("journal", "shift_logged", journal);
    if (auto started = engine_.start(); !started) throw std::runtime_error{started.error()};
    service_ = std::make_unique<service>(engine_, pool_, log_, http, wall_ms);
    server_ = std::make_unique<http::server>(pool_, std::move(server_with), service_->handler());
    if (auto bound = server_->start(); !bound) throw std::runtime_error{bound.error()};
    service_->listening([this] { return server_->figures(); });
    wait_until_open();
  }
  ~api_world() {
    server_->stop();
    engine_.stop();
    storage_.close();
    pool_.stop();
  }

  std::uint16_t port() const { return server_->port(); }
  threaded_store& storage() { return storage_; }
  service& api() { return *service_; }
  delivery_engine& engine() { return engine_; }
  std::string log() {
    const std::lock_guard lock{log_mutex_};
    return logged_;
  }

  std::shared_ptr<scripted_target> payroll = std::make_shared<scripted_target>();
  std::shared_ptr<scripted_target> journal = std::make_shared<scripted_target>();

 private:
  static std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  void add_connector(const char* name, const char* pattern,
                     const std::shared_ptr<scripted_target>& target) {
    connector_registration registration;
    registration.name = name;
    registration.type = "scripted";
    registration.events = {pattern};
    // What has failed stays on disk for the length of a test.
    registration.dispatch.retry.initial = std::chrono::hours{1};
    if (registration.name == "payroll") {
      registration.backlog = backlog_of_payroll_;
      registration.dispatch.shared_rate = rate_of_payroll_;
    }
    if (registration.name == "journal") {
      registration.lane_key = std::move(*expression::compile("data.lane"));
      registration.dispatch.ordered = true;
      registration.dispatch.dead_letter = on_dead_letter::stop;
    }
    registration.make = [target] { return std::make_unique<scripted_connector>(target); };
    engine_.register_connector(std::move(registration));
  }

  /// Operators' actions are refused before the store has opened a connector.
  void wait_until_open() {
    bool open = false;
    while (!open) {
      std::promise<bool> answer;
      engine_.reports([&answer](const std::vector<connector_report>& all) {
        answer.set_value(std::all_of(all.begin(), all.end(), [](const connector_report& one) {
          return one.status.concurrency_limit > 0;
        }));
      });
      open = answer.get_future().get();
    }
  }

  std::mutex log_mutex_;
  std::string logged_;
  logger log_{log_format::text, [this](std::string_view line) {
                const std::lock_guard lock{log_mutex_};
                logged_ += line;
              }};
  http::io_pool pool_{2};
  const backlog_limit backlog_of_payroll_;
  const std::string rate_of_payroll_;  ///< the first of the engine's
  threaded_store storage_;
  delivery_engine engine_;
  std::unique_ptr<service> service_;
  std::unique_ptr<http::server> server_;
};

/// A client of the world that reads JSON.
class api_client {
 public:
  struct reply {
    int status = 0;
    mutable nlohmann::json body;  ///< mutable: what is missing reads as null and fails the test
    wire::answer raw;
  };

  explicit api_client(const api_world& world, wire::headers always = {})
      : wire_(world.port()), always_(std::move(always)) {}

  reply get(std::string_view target) { return read(wire_.get(target, always_)); }
  reply post(std::string_view target, std::string_view body, wire::headers with = {}) {
    with.insert(with.end(), always_.begin(), always_.end());
    return read(wire_.post(target, body, with));
  }
  reply event(std::string_view body) {
    return post("/v1/events", body, {{"Content-Type", "application/json"}});
  }
  wire::plain_client& wire() { return wire_; }

  /// Asks again until `enough` is content with the answer; fails the test after 10 s.
  reply get_until(std::string_view target, const std::function<bool(const reply&)>& enough) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (true) {
      auto last = get(target);
      if (enough(last)) return last;
      if (std::chrono::steady_clock::now() > until) {
        ADD_FAILURE() << target << " never came to what was waited for: " << last.raw.body;
        return last;
      }
      poll(nullptr, 0, 2);
    }
  }

 private:
  static reply read(wire::answer raw) {
    reply result{raw.status, nlohmann::json::parse(raw.body, nullptr, false), std::move(raw)};
    return result;
  }
  wire::plain_client wire_;
  wire::headers always_;
};

}  // namespace airtrain::api
