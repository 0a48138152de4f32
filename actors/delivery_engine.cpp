#include "actors/delivery_engine.hpp"

#include <algorithm>
#include <chrono>
#include <future>

#include "actors/hub.hpp"
#include "messages/cores.hpp"

namespace airtrain {
namespace {

/// Settings of the actor system: see the CAF notes in docs/architecture.md.
class system_config : public caf::actor_system_config {
 public:
  explicit system_config(std::uint32_t threads) {
    add_messages(*this);
    // Actors only decide: half the cores are plenty, and fewer threads wake each other less.
    const auto cores = std::clamp(usable_cores() / 2, 1u, 8u);
    set("scheduler.max-threads", static_cast<std::size_t>(threads > 0 ? threads : cores));
    // Unlimited by default: a busy supervisor would starve the others.
    set("scheduler.max-throughput", std::size_t{100});
    set("scheduler.policy", caf::atom("sharing"));
  }
};

}  // namespace

struct delivery_engine::impl {
  impl(delivery_engine_settings settings, store& storage)
      : config(settings.actor_threads), system(config), actors(system, settings, storage) {}
  system_config config;
  caf::actor_system system;
  hub actors;
};

delivery_engine::delivery_engine(delivery_engine_settings settings, store& storage)
    : impl_(std::make_unique<impl>(std::move(settings), storage)) {}

delivery_engine::~delivery_engine() {
  stop();
}

void delivery_engine::register_connector(connector_registration registration) {
  impl_->actors.add(std::move(registration));
}

result<void, std::string> delivery_engine::start() {
  return impl_->actors.start();
}

void delivery_engine::submit(std::vector<event_ref> events, submit_done done) {
  impl_->actors.submit(std::move(events), std::move(done));
}

void delivery_engine::submit(std::vector<submission> requests) {
  impl_->actors.submit(std::move(requests));
}

void delivery_engine::reports(std::function<void(std::vector<connector_report>)> done) {
  impl_->actors.reports(std::move(done));
}

void delivery_engine::pause(const std::string& connector, operator_done done) {
  impl_->actors.pause(connector, std::move(done));
}

void delivery_engine::resume(const std::string& connector, operator_done done) {
  impl_->actors.resume(connector, std::move(done));
}

void delivery_engine::breaker(const std::string& connector, breaker_command command,
                              operator_done done) {
  impl_->actors.breaker(connector, command, std::move(done));
}

void delivery_engine::why(const std::string& connector, delivery_key key, lane_id lane,
                          std::function<void(std::optional<waits>)> done) {
  impl_->actors.why(connector, key, lane, std::move(done));
}

void delivery_engine::replay(std::vector<dead_letter_id> ids, replay_options options,
                             store::answer<bulk_result> done) {
  impl_->actors.replay(std::move(ids), options, std::move(done));
}

void delivery_engine::discard(std::vector<dead_letter_id> ids, store::answer<bulk_result> done) {
  impl_->actors.discard(std::move(ids), std::move(done));
}

void delivery_engine::change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                                        store::answer<bulk_result> done) {
  impl_->actors.change_deliveries(std::move(ids), options, std::move(done));
}

bool delivery_engine::drain(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  auto durable = std::make_shared<std::promise<bool>>();
  auto answer = durable->get_future();
  impl_->actors.drain([durable](bool all) { durable->set_value(all); });
  const bool committed = impl_->actors.wait_until_committed(until);
  return answer.wait_until(until) == std::future_status::ready && answer.get() && committed;
}

void delivery_engine::stop() {
  impl_->actors.stop();
  impl_->system.registry().await_running_count_equal(0);
}

store& delivery_engine::storage() {
  return impl_->actors.storage();
}

const ingest_telemetry& delivery_engine::ingest() const {
  return impl_->actors.ingest();
}

}  // namespace airtrain
