#include "embed/engine.hpp"

#include <fmt/format.h>

#include <future>
#include <mutex>
#include <stdexcept>

#include "actors/delivery_engine.hpp"
#include "connectors/http_connector.hpp"
#include "embed/exchange_adapter.hpp"
#include "embed/own_thread.hpp"
#include "embed/raw_adapter.hpp"
#include "embed/sealed_event.hpp"
#include "embed/simple_adapter.hpp"
#include "http/client.hpp"
#include "http/io_pool.hpp"
#include "store/embedded_store.hpp"

namespace airtrain::embed {
namespace {

std::int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::unique_ptr<store> open_store(const library_settings& from) {
  store_settings with;
  with.data_dir = from.data_dir;
  with.dedupe_window = from.dedupe_window;
  with.retention_delivered = from.retention;
  auto opened = open_embedded_store(with, wall_clock_ms);
  if (!opened)
    throw std::runtime_error(fmt::format("the store in {} cannot be opened: {}",
                                         from.data_dir.string(), opened.error().message));
  return std::move(*opened);
}

delivery_engine_settings delivery_engine_settings_of(const library_settings& from) {
  delivery_engine_settings with;
  with.wall_ms = wall_clock_ms;
  for (const auto& [name, per_second] : from.rate_limits) {
    if (!(per_second > 0)) throw std::invalid_argument(name + ": a rate must be above 0");
    with.rate_limits.push_back({name, per_second});
  }
  if (from.log)
    with.on_event = [log = from.log](const std::string& connector, const connector_event& what) {
      const own_thread mark;
      log(fmt::format("{}: {}", connector, what.message));
    };
  return with;
}

refusal_code code_of(submit_code code) {
  switch (code) {
    case submit_code::conflict:
      return refusal_code::conflict;
    case submit_code::overloaded:
      return refusal_code::overloaded;
    case submit_code::disk_full:
      return refusal_code::disk_full;
    case submit_code::draining:
      return refusal_code::stopping;
    case submit_code::backlog_full:
      return refusal_code::backlog_full;
    default:
      return refusal_code::failed;
  }
}

engine::outcome outcome_of(const event_ref& event, const submit_result& became) {
  if (became.code == submit_code::conflict)
    return event_refused(refusal_code::conflict,
                         fmt::format("the event {} is known with other content", event->id()));
  if (became.code == submit_code::backlog_full)
    return event_refused(
        refusal_code::backlog_full,
        fmt::format("the backlog of {} is full", fmt::join(became.events.front().full, ", ")));
  if (became.code != submit_code::none) return event_refused(code_of(became.code), became.message);
  const auto& one = became.events.front();
  return event_accepted{std::string(event->id()), one.status == publish_status::duplicate,
                        one.deliveries};
}

}  // namespace

struct engine::parts {
  explicit parts(library_settings with)
      : settings(std::move(with)),
        pool(settings.io_threads),
        client(pool),
        storage(open_store(settings)),
        actors(std::make_unique<airtrain::delivery_engine>(delivery_engine_settings_of(settings),
                                                           *storage)) {}
  const library_settings settings;
  http::io_pool pool;
  http::client client;
  std::unique_ptr<store> storage;
  std::unique_ptr<airtrain::delivery_engine> actors;
  std::mutex mutex;  ///< guards started
  bool started = false;
};

engine::engine(library_settings settings) : parts_(std::make_unique<parts>(std::move(settings))) {}

/// From the outside in: nothing calls into a part that has stopped.
engine::~engine() {
  parts_->actors->drain(parts_->settings.drain_timeout);
  parts_->actors->stop();
  parts_->client.stop();
  parts_->storage->close();
  parts_->pool.stop();
}

void engine::add(connector_registration registration) {
  const std::lock_guard lock(parts_->mutex);
  if (parts_->started) throw std::logic_error(registration.name + " is registered after the start");
  parts_->actors->register_connector(std::move(registration));
}

void engine::add(connector_registration registration, std::unique_ptr<simple_connector> system) {
  const auto shared = std::make_shared<simple_system>(
      std::move(system), registration.dispatch.concurrency, registration.dispatch.attempt_timeout);
  registration.make = [shared] { return std::make_unique<simple_adapter>(shared); };
  add(std::move(registration));
}

void engine::add(connector_registration registration, std::unique_ptr<raw_connector> system) {
  const std::shared_ptr<raw_connector> shared = std::move(system);
  registration.make = [shared, name = registration.name] {
    return std::make_unique<raw_adapter>(shared, name);
  };
  add(std::move(registration));
}

void engine::add(connector_registration registration, custom_http_system system) {
  auto where = http::parse_origin(system.origin);
  if (!where) throw std::invalid_argument(registration.name + ": " + where.error());
  http::target_settings target;
  target.where = std::move(*where);
  target.connections_max = registration.dispatch.concurrency;
  target.ca_file = system.ca_file;
  auto to = parts_->client.make_target(std::move(target));
  if (!to) throw std::invalid_argument(registration.name + ": " + to.error());
  const auto exchanges =
      std::make_shared<exchange_adapter_factory>(std::move(system), registration.name);
  const connector_environment environment{&parts_->pool, &parts_->client, wall_clock_ms};
  registration.make = [exchanges, to = *to, timeout = registration.dispatch.attempt_timeout,
                       environment] {
    return std::make_unique<http_connector>(exchanges, to, timeout, environment);
  };
  add(std::move(registration));
}

void engine::start() {
  const std::lock_guard lock(parts_->mutex);
  if (parts_->started) return;
  if (auto done = parts_->actors->start(); !done) throw std::runtime_error(done.error());
  parts_->started = true;
}

void engine::handle(const new_event& event, std::function<void(outcome)> done) {
  auto sealed = seal(event, wall_clock_ms());
  if (auto* refused = std::get_if<event_refused>(&sealed)) return done(std::move(*refused));
  auto what = std::get<event_ref>(std::move(sealed));
  parts_->actors->submit({what}, [what, done = std::move(done)](const submit_result& became) {
    const own_thread mark;
    done(outcome_of(what, became));
  });
}

std::vector<connector_overview> engine::connectors() {
  std::promise<std::vector<connector_report>> answer;
  parts_->actors->reports(
      [&answer](std::vector<connector_report> all) { answer.set_value(std::move(all)); });
  std::vector<connector_overview> out;
  for (const auto& one : answer.get_future().get())
    out.push_back({one.name, std::string(to_string(one.status.state)), one.status.why,
                   one.counts.backlog, one.counts.dead_letters, one.status.in_flight});
  return out;
}

bool engine::drain(std::chrono::milliseconds timeout) {
  return parts_->actors->drain(timeout);
}

}  // namespace airtrain::embed
