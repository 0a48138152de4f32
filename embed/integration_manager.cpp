#include "airtrain/integration_manager.hpp"

#include <future>

#include "embed/engine.hpp"
#include "embed/own_thread.hpp"
#include "embed/registration.hpp"

namespace airtrain {
inline namespace v0 {

struct integration_manager::impl {
  explicit impl(library_settings settings) : engine(std::move(settings)) {}
  embed::engine engine;
};

integration_manager::integration_manager(library_settings settings) {
  embed::own_thread::must_not_be();
  impl_ = std::make_unique<impl>(std::move(settings));
}

integration_manager::~integration_manager() {
  embed::own_thread::must_not_be();
}

void integration_manager::register_connector(std::string name, std::string event,
                                             std::unique_ptr<simple_connector> system,
                                             connector_options options) {
  register_connector(std::move(name), std::vector{std::move(event)}, std::move(system),
                     std::move(options));
}

void integration_manager::register_connector(std::string name, std::vector<std::string> events,
                                             std::unique_ptr<simple_connector> system,
                                             connector_options options) {
  impl_->engine.add(embed::registration_of(std::move(name), std::move(events), options),
                    std::move(system));
}

void integration_manager::register_connector(std::string name, std::vector<std::string> events,
                                             std::unique_ptr<raw_connector> system,
                                             connector_options options) {
  impl_->engine.add(embed::registration_of(std::move(name), std::move(events), options),
                    std::move(system));
}

void integration_manager::register_connector(std::string name, std::vector<std::string> events,
                                             custom_http_system system, connector_options options) {
  impl_->engine.add(embed::registration_of(std::move(name), std::move(events), options),
                    std::move(system));
}

void integration_manager::start() {
  embed::own_thread::must_not_be();
  impl_->engine.start();
}

event_accepted integration_manager::handle_event(const new_event& event) {
  embed::own_thread::must_not_be();
  std::promise<event_outcome> answer;
  handle_event(event, [&answer](event_outcome became) { answer.set_value(std::move(became)); });
  auto became = answer.get_future().get();
  if (auto* refused = std::get_if<event_refused>(&became)) throw std::move(*refused);
  return std::get<event_accepted>(std::move(became));
}

void integration_manager::handle_event(const new_event& event,
                                       std::function<void(event_outcome)> done) {
  impl_->engine.start();
  impl_->engine.handle(event, std::move(done));
}

std::vector<connector_overview> integration_manager::connectors() {
  embed::own_thread::must_not_be();
  return impl_->engine.connectors();
}

bool integration_manager::drain(std::chrono::milliseconds timeout) {
  embed::own_thread::must_not_be();
  return impl_->engine.drain(timeout);
}

}  // namespace v0
}  // namespace airtrain
