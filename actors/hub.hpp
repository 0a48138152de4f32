#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/delivery_engine.hpp"
#include "actors/intake.hpp"
#include "core/routing.hpp"
#include "messages/protocol.hpp"

namespace airtrain {

/// The actors of one delivery engine and the ways to them, on an actor system that someone else
/// owns and runs (tests: under virtual time). Nothing in here waits.
class hub {
 public:
  hub(caf::actor_system& system, delivery_engine_settings settings, store& storage);
  ~hub();  ///< stops

  void add(connector_registration registration);
  result<void, std::string> start();

  void submit(std::vector<event_ref> events, submit_done done);
  void submit(std::vector<submission> requests);
  void reports(std::function<void(std::vector<connector_report>)> done);
  void pause(const std::string& connector, operator_done done);
  void resume(const std::string& connector, operator_done done);
  void breaker(const std::string& connector, breaker_command command, operator_done done);
  void why(const std::string& connector, delivery_key key, lane_id lane,
           std::function<void(std::optional<waits>)> done);
  void replay(std::vector<dead_letter_id> ids, replay_options options,
              store::answer<bulk_result> done);
  void discard(std::vector<dead_letter_id> ids, store::answer<bulk_result> done);

  void change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                         store::answer<bulk_result> done);

  /// Takes no more events and has all connectors drained; `done` tells whether all is durable.
  void drain(std::function<void(bool)> done);
  /// Waits until what was submitted is committed; false: `until` passed first.
  bool wait_until_committed(std::chrono::steady_clock::time_point until);
  /// Sends all actors to their end and answers what will not be taken any more.
  void stop();

  store& storage() { return storage_; }
  const ingest_telemetry& ingest() const { return *ingest_; }

 private:
  struct member {
    std::shared_ptr<const connector_registration> registration;
    connector_id id = 0;
    std::shared_ptr<connector_telemetry> telemetry;
  };
  result<void, std::string> number_members();
  std::shared_ptr<const routing_table> make_table() const;
  result<void, std::string> check_rates() const;
  void spawn();
  void spawn_rate_keepers();
  std::optional<rate_keeper_actor> rate_of(const connector_registration& registration) const;
  std::vector<connector_report> compose(std::vector<connector_status> statuses) const;
  /// Tells the owners, then the asker.
  store::answer<bulk_result> telling_owners(const std::vector<dead_letter_id>& ids,
                                            store::answer<bulk_result> done);
  template <class Message>
  void tell_overseer(Message message) {
    if (overseer_) caf::anon_send(*overseer_, std::move(message));
  }

  caf::actor_system& system_;
  delivery_engine_settings settings_;
  store& storage_;
  std::shared_ptr<ingest_telemetry> ingest_ = std::make_shared<ingest_telemetry>();
  std::vector<member> members_;  ///< in the order of registration
  std::shared_ptr<intake> intake_;
  std::map<std::string, rate_keeper_actor, std::less<>> rates_;  ///< by name; set by `start`
  std::optional<router_actor> router_;
  std::optional<overseer_actor> overseer_;  ///< set by `start`, kept to the end: threads read it
  std::atomic<bool> stopped_{false};
};

}  // namespace airtrain
