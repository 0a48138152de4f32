#include "cli/engine.hpp"

#include <fmt/format.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "actors/delivery_engine.hpp"
#include "api/service.hpp"
#include "cli/connector_log.hpp"
#include "cli/engine_settings.hpp"
#include "connectors/make_connector.hpp"
#include "http/client.hpp"
#include "http/io_pool.hpp"
#include "http/server.hpp"
#include "store/embedded_store.hpp"

namespace airtrain {
namespace {

std::int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

connector_registration registration_of(const connector_settings& settings,
                                       const connector_environment& environment,
                                       std::unique_ptr<connector> first) {
  connector_registration registration;
  registration.name = settings.name;
  registration.type = settings.type;
  registration.events = settings.events;
  registration.when = settings.when;
  registration.lane_key = settings.ordering_key;
  registration.dispatch = settings.dispatch;
  registration.backlog = settings.backlog;
  auto prebuilt = std::make_shared<std::unique_ptr<connector>>(std::move(first));
  registration.make = [prebuilt, &settings, environment]() {
    if (*prebuilt) return std::move(*prebuilt);
    auto again = make_connector(settings, environment);
    if (!again) throw std::runtime_error{again.error()};
    return std::move(*again);
  };
  return registration;
}

}  // namespace

/// In the order in which they depend on each other.
struct engine::parts {
  explicit parts(std::uint32_t io_threads) : pool(io_threads), client(pool) {}

  http::io_pool pool;
  http::client client;
  std::unique_ptr<store> storage;
  std::unique_ptr<connector_log> events;
  std::unique_ptr<delivery_engine> actors;
  std::unique_ptr<api::service> service;
  std::unique_ptr<http::server> server;
};

engine::engine(settings with, api::logger& log) : settings_(std::move(with)), log_(log) {}

engine::~engine() {
  stop();
}

result<void, std::string> engine::start() {
  parts_ = std::make_unique<parts>(settings_.http.threads);
  for (auto step : {&engine::open_store, &engine::register_connectors, &engine::listen})
    if (auto done = (this->*step)(); !done) return done;
  set_may_ask(true);
  return {};
}

result<void, std::string> engine::open_store() {
  auto opened = open_embedded_store(store_settings_of(settings_), wall_clock_ms);
  if (!opened)
    return failure(fmt::format("the store in {} cannot be opened: {}", settings_.data_dir.string(),
                               opened.error().message));
  parts_->storage = std::move(*opened);
  return {};
}

result<void, std::string> engine::register_connectors() {
  parts_->events = std::make_unique<connector_log>(log_);
  auto with = delivery_engine_settings_of(settings_);
  with.wall_ms = wall_clock_ms;
  with.on_event = [events = parts_->events.get()](const std::string& connector,
                                                  const connector_event& what) {
    events->write(connector, what);
  };
  parts_->actors = std::make_unique<delivery_engine>(std::move(with), *parts_->storage);

  const connector_environment environment{&parts_->pool, &parts_->client, wall_clock_ms};
  for (const auto& one : settings_.connectors) {
    auto first = make_connector(one, environment);
    if (!first) return failure(fmt::format("connector {}: {}", one.name, first.error()));
    parts_->actors->register_connector(registration_of(one, environment, std::move(*first)));
  }
  return parts_->actors->start();
}

result<void, std::string> engine::listen() {
  auto& p = *parts_;
  p.service =
      std::make_unique<api::service>(*p.actors, p.pool, log_, settings_.http, wall_clock_ms);
  p.server =
      std::make_unique<http::server>(p.pool, server_settings_of(settings_), p.service->handler());
  if (auto bound = p.server->start(); !bound) return bound;
  p.service->listening([server = p.server.get()] { return server->figures(); });
  return {};
}

std::string engine::listening_on() const {
  const auto colon = settings_.http.listen.rfind(':');
  return fmt::format("{}:{}", settings_.http.listen.substr(0, colon), parts_->server->port());
}

void engine::tick() {
  parts_->service->tick(std::chrono::steady_clock::now());
  log_store_health();
  log_purges();
}

void engine::log_purges() {
  const auto purged = parts_->storage->figures().purged_dead_letters;
  if (purged == purged_dead_letters_) return;
  log_.warning("dead letters older than retention.dead_letters were dropped",
               {{"count", std::to_string(purged - purged_dead_letters_)}});
  purged_dead_letters_ = purged;
}

void engine::log_store_health() {
  const auto health = parts_->storage->health();
  if (health.damaged != damaged_) {
    damaged_ = health.damaged;
    for (const auto& file : damaged_)
      log_.error("a file of the store is damaged: stop, and run `airtrain recover --dry-run`",
                 {{"file", file}});
  }
  if (health.accepting == store_accepts_) return;
  store_accepts_ = health.accepting;
  if (store_accepts_) return log_.info("the store takes events again");
  log_.error("the store takes no events", {{"why", health.why}});
}

bool engine::drain() {
  parts_->service->drain();
  const auto timeout = drain_timeout_of(settings_);
  const bool drained = parts_->actors->drain(timeout);
  if (!drained) log_cut_attempts();
  set_may_ask(false);
  parts_->server->drain();
  wait_for_last_answers();
  stop();
  return drained;
}

/// What was made durable should reach its producer, or it is sent again.
void engine::wait_for_last_answers() {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds patience{2};
  constexpr std::chrono::milliseconds glance{5};
  for (const auto until = clock::now() + patience;
       parts_->server->figures().connections > 0 && clock::now() < until;)
    std::this_thread::sleep_for(glance);
}

void engine::set_may_ask(bool may) {
  const std::lock_guard lock{asking_};
  may_ask_ = may;
}

void engine::log_cut_attempts() {
  constexpr std::chrono::seconds patience{1};
  const std::lock_guard lock{asking_};
  if (!may_ask_) return;
  const auto answer = std::make_shared<std::promise<std::vector<connector_report>>>();
  auto reports = answer->get_future();
  parts_->actors->reports(
      [answer](std::vector<connector_report> all) { answer->set_value(std::move(all)); });
  if (reports.wait_for(patience) != std::future_status::ready) return;
  for (const auto& one : reports.get())
    if (one.status.in_flight > 0)
      log_.warning("attempts were cut; they are sent again at the next start",
                   {{"connector", one.name}, {"attempts", std::to_string(one.status.in_flight)}});
}

/// From the outside in: nothing calls into a part that has stopped.
void engine::stop() {
  if (!parts_) return;
  if (parts_->server) parts_->server->stop();
  if (parts_->actors) parts_->actors->stop();
  parts_->client.stop();
  if (parts_->storage) parts_->storage->close();
  parts_->pool.stop();
  parts_.reset();
}

}  // namespace airtrain
