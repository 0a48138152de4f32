#include "actors/hub.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <stdexcept>

#include "actors/delivery_changes.hpp"
#include "actors/overseer.hpp"
#include "actors/rate_keeper.hpp"
#include "actors/router.hpp"

namespace airtrain {
namespace {

std::int64_t system_wall_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

reply<operator_answer> operator_reply(operator_done done) {
  return {[done = std::move(done)](const operator_answer& a) { done(a.code, a.message); },
          {operator_code::failed, "the connector ended before it could answer"}};
}

}  // namespace

hub::hub(caf::actor_system& system, delivery_engine_settings settings, store& storage)
    : system_(system), settings_(std::move(settings)), storage_(storage) {
  if (!settings_.wall_ms) settings_.wall_ms = system_wall_ms;
  if (settings_.random_seed == 0) settings_.random_seed = std::random_device{}();
}

hub::~hub() {
  stop();
}

void hub::add(connector_registration registration) {
  for (const auto& m : members_)
    if (m.registration->name == registration.name)
      throw std::invalid_argument("connector '" + registration.name + "' is registered twice");
  auto telemetry = std::make_shared<connector_telemetry>();
  telemetry->name = registration.name;
  members_.push_back({std::make_shared<const connector_registration>(std::move(registration)), 0,
                      std::move(telemetry)});
}

result<void, std::string> hub::start() {
  if (auto checked = check_rates(); !checked) return checked;
  if (auto numbered = number_members(); !numbered) return numbered;
  spawn_rate_keepers();
  spawn();
  return {};
}

result<void, std::string> hub::number_members() {
  for (auto& m : members_) {
    const auto id = storage_.connector(m.registration->name);
    if (!id) return failure("connector '" + m.registration->name + "': " + id.error().message);
    m.id = *id;
    if (m.registration->backlog.limited()) storage_.limit_backlog(m.id, m.registration->backlog);
  }
  return {};
}

result<void, std::string> hub::check_rates() const {
  for (const auto& m : members_) {
    const auto& wanted = m.registration->dispatch.shared_rate;
    const auto is_it = [&](const shared_rate_options& one) { return one.name == wanted; };
    if (!wanted.empty() &&
        std::none_of(settings_.rate_limits.begin(), settings_.rate_limits.end(), is_it))
      return failure("connector '" + m.registration->name + "': there is no rate limit '" + wanted +
                     "'");
  }
  return {};
}

void hub::spawn_rate_keepers() {
  for (const auto& one : settings_.rate_limits)
    rates_.emplace(one.name, spawn_rate_keeper(system_, one.per_second));
}

std::optional<rate_keeper_actor> hub::rate_of(const connector_registration& registration) const {
  const auto found = rates_.find(registration.dispatch.shared_rate);
  if (found == rates_.end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<const routing_table> hub::make_table() const {
  std::vector<subscription> subscriptions;
  subscriptions.reserve(members_.size());
  for (const auto& m : members_)
    subscriptions.push_back(
        {m.id, m.registration->events, m.registration->when, m.registration->lane_key});
  return std::make_shared<const routing_table>(std::move(subscriptions));
}

void hub::spawn() {
  auto environment = std::make_shared<const supervisor_environment>(
      supervisor_environment{&storage_, settings_.wall_ms, settings_.on_event});
  overseer_setup overseer{{}, settings_.restarts_max, settings_.restart_window};
  auto seed = settings_.random_seed;
  for (const auto& m : members_)
    overseer.connectors.push_back({environment, m.registration, m.id, m.telemetry,
                                   std::make_shared<crash_note>(), seed++,
                                   rate_of(*m.registration)});
  overseer_ = spawn_overseer(system_, std::move(overseer));

  // The intake wakes a router that is spawned with the intake: the handle comes afterwards.
  auto router = std::make_shared<std::optional<router_actor>>();
  intake_ = std::make_shared<intake>(
      intake::limits{settings_.intake_events_max, settings_.intake_bytes_max},
      [router] { caf::anon_send(**router, intake_ready{}); });
  router_setup setup{intake_, make_table(), &storage_, ingest_, {}, settings_.reject_unrouted};
  connector_figures figures;
  for (const auto& m : members_) figures.emplace_back(m.id, m.telemetry);
  std::sort(figures.begin(), figures.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  setup.connectors = std::make_shared<const connector_figures>(std::move(figures));
  router_ = *router = spawn_router(system_, std::move(setup));
}

void hub::submit(std::vector<event_ref> events, submit_done done) {
  if (events.empty()) return done({});
  std::vector<submission> one;
  one.push_back({std::move(events), std::move(done)});
  submit(std::move(one));
}

void hub::submit(std::vector<submission> requests) {
  const auto codes = intake_ ? intake_->add(requests)
                             : std::vector<submit_code>(requests.size(), submit_code::draining);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == submit_code::none) continue;
    const bool overloaded = codes[i] == submit_code::overloaded;
    if (overloaded) ingest_->overloaded.fetch_add(1, std::memory_order_relaxed);
    requests[i].done(
        {codes[i],
         overloaded ? "too many events wait for the store" : "the service takes no more events",
         {}});
  }
}

void hub::reports(std::function<void(std::vector<connector_report>)> done) {
  tell_overseer(ask_statuses{{[this, done = std::move(done)](std::vector<connector_status> s) {
                                done(compose(std::move(s)));
                              },
                              {}}});
}

/// The connectors in the order of their registration, then the orphans.
std::vector<connector_report> hub::compose(std::vector<connector_status> statuses) const {
  statuses.resize(members_.size());
  auto counts = storage_.counts();
  std::vector<connector_report> reports;
  reports.reserve(counts.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto& m = members_[i];
    connector_report report{
        m.registration->name, m.registration->type, std::move(statuses[i]), {}, m.telemetry};
    const auto found = std::find_if(counts.begin(), counts.end(),
                                    [&](const connector_counts& c) { return c.id == m.id; });
    if (found != counts.end()) {
      report.counts = std::move(*found);
      counts.erase(found);
    }
    reports.push_back(std::move(report));
  }
  for (auto& orphan : counts) {
    connector_report report;
    report.name = orphan.name;
    report.status.why = "not in the configuration";
    report.counts = std::move(orphan);
    reports.push_back(std::move(report));
  }
  return reports;
}

void hub::pause(const std::string& connector, operator_done done) {
  tell_overseer(pause_connector{connector, operator_reply(std::move(done))});
}

void hub::resume(const std::string& connector, operator_done done) {
  tell_overseer(resume_connector{connector, operator_reply(std::move(done))});
}

void hub::breaker(const std::string& connector, breaker_command command, operator_done done) {
  tell_overseer(command_breaker{connector, command, operator_reply(std::move(done))});
}

void hub::why(const std::string& connector, delivery_key key, lane_id lane,
              std::function<void(std::optional<waits>)> done) {
  tell_overseer(ask_why{connector, key, lane, {std::move(done), {}}});
}

void hub::replay(std::vector<dead_letter_id> ids, replay_options options,
                 store::answer<bulk_result> done) {
  auto telling = telling_owners(ids, std::move(done));
  storage_.replay(std::move(ids), options, std::move(telling));
}

void hub::discard(std::vector<dead_letter_id> ids, store::answer<bulk_result> done) {
  auto telling = telling_owners(ids, std::move(done));
  storage_.discard(std::move(ids), std::move(telling));
}

void hub::change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                            store::answer<bulk_result> done) {
  auto ask = [this](withdraw_deliveries order) {
    if (overseer_) return tell_overseer(std::move(order));
    order.to({});
  };
  auto rest = [this, options](std::vector<dead_letter_id> left, store::answer<bulk_result> then) {
    auto telling = telling_owners(left, std::move(then));
    storage_.change_deliveries(std::move(left), options, std::move(telling));
  };
  std::make_shared<delivery_changes>(options, std::move(ask), std::move(rest), std::move(done))
      ->start(std::move(ids));
}

store::answer<bulk_result> hub::telling_owners(const std::vector<dead_letter_id>& ids,
                                               store::answer<bulk_result> done) {
  std::set<connector_id> owners;
  for (const auto& id : ids) owners.insert(id.connector);
  return [overseer = overseer_, owners = std::move(owners),
          done = std::move(done)](result<bulk_result, store_error> what) {
    if (what && overseer)
      for (const auto& changed : what->changed)
        caf::anon_send(*overseer, lanes_changed{changed.connector, changed.lanes, changed.ended});
    // What failed, a write above all, may have changed something all the same.
    if (!what && what.error().code != store_error_code::closed && overseer)
      for (const auto owner : owners) caf::anon_send(*overseer, owner_unsure{owner});
    done(std::move(what));
  };
}

void hub::drain(std::function<void(bool)> done) {
  if (!overseer_) return done(true);
  intake_->drain();
  tell_overseer(drain_all{{std::move(done), false}});
}

bool hub::wait_until_committed(std::chrono::steady_clock::time_point until) {
  return !intake_ || intake_->wait_until_empty(until);
}

void hub::stop() {
  if (!overseer_ || stopped_.exchange(true)) return;
  for (auto& left : intake_->close())
    left.done({submit_code::draining, "the service takes no more events", {}});
  caf::anon_send_exit(*router_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(*overseer_, caf::exit_reason::user_shutdown);
  for (const auto& [name, keeper] : rates_)
    caf::anon_send_exit(keeper, caf::exit_reason::user_shutdown);
}

}  // namespace airtrain
