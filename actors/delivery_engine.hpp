#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/connector_registration.hpp"
#include "actors/submission.hpp"
#include "actors/telemetry.hpp"
#include "core/dispatch/dispatcher.hpp"
#include "messages/event.hpp"
#include "messages/operator_answer.hpp"
#include "messages/result.hpp"
#include "store/store.hpp"

namespace airtrain {

struct delivery_engine_settings {
  std::uint32_t actor_threads = 0;           ///< 0: one per two cores, at most 8
  std::uint32_t intake_events_max = 65'536;  ///< submitted and not yet committed
  std::size_t intake_bytes_max = 64u << 20;
  bool reject_unrouted = false;
  std::vector<shared_rate_options> rate_limits;
  std::uint32_t restarts_max = 5;  ///< of one supervisor within `restart_window`, then `failed`
  std::chrono::milliseconds restart_window{60'000};
  /// The wall clock, ms since the epoch, any thread; unset: the system's.
  std::function<std::int64_t()> wall_ms;
  /// Told what happens to connectors, for the log. Called by actors: must return at once.
  std::function<void(const std::string& connector, const connector_event& what)> on_event;
  std::uint64_t random_seed = 0;  ///< 0: a different one each time
};

/// One connector as the API shows it: what its supervisor and the store know.
struct connector_report {
  std::string name;
  std::string type;
  connector_status status;
  connector_counts counts;
  std::shared_ptr<const connector_telemetry> telemetry;  ///< null for orphans
};

using operator_done = std::function<void(operator_code, std::string message)>;

/// The hub: owns the actor system, the router, and the overseer with a supervisor per connector.
/// All methods may be called from any thread but the actors' own; callbacks run on a thread of the
/// engine or the store and must only hand on.
class delivery_engine {
 public:
  /// Takes the store; the caller keeps it alive and closes it after `stop`.
  delivery_engine(delivery_engine_settings settings, store& store);
  ~delivery_engine();  ///< stops

  /// Before `start`. A duplicate name throws std::invalid_argument.
  void register_connector(connector_registration registration);
  /// Opens every connector and begins to deliver.
  result<void, std::string> start();

  /// Hands over the events of one request, all or none. `done` runs once: with code `none` they are
  /// durable.
  void submit(std::vector<event_ref> events, submit_done done);
  /// The same for several requests at once, each with events: one lock for all.
  void submit(std::vector<submission> requests);

  void reports(std::function<void(std::vector<connector_report>)> done);
  void pause(const std::string& connector, operator_done done);
  void resume(const std::string& connector, operator_done done);
  void breaker(const std::string& connector, breaker_command command, operator_done done);
  /// Why a delivery is not being sent; unset: it is not this connector's, or has ended.
  void why(const std::string& connector, delivery_key key, lane_id lane,
           std::function<void(std::optional<waits>)> done);

  void replay(std::vector<dead_letter_id> ids, replay_options options,
              store::answer<bulk_result> done);
  void discard(std::vector<dead_letter_id> ids, store::answer<bulk_result> done);

  /// Of deliveries that have not ended; also of those an owner has taken and not sent, and of
  /// orphans. Refused as `in_flight`: its answer decides.
  void change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                         store::answer<bulk_result> done);

  /// Takes nothing more and starts no attempt; true once all in flight has settled and is durable,
  /// false when `timeout` passed first. Waits.
  bool drain(std::chrono::milliseconds timeout);
  /// Ends all actors. Waits. Idempotent.
  void stop();

  store& storage();
  const ingest_telemetry& ingest() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace airtrain
