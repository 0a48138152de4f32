#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/connector_status.hpp"
#include "messages/delivery.hpp"
#include "messages/operator_answer.hpp"
#include "messages/reply.hpp"
#include "messages/settlement.hpp"

/// What the actors say to each other: every actor's interface, every message. All of it stays
/// within the process, and nothing waits for an answer: who asks hands over a `reply`.

namespace airtrain {

enum class breaker_command : std::uint8_t;  // its values: core/dispatch/dispatcher.hpp
enum class withdrawal : std::uint8_t;       // likewise
class fetch_reply;                          // actors/fetch_reply.hpp
class supervisor_inbox;                     // actors/supervisor_inbox.hpp

// --- To the router.

/// The intake has something again, after it was empty or the store was busy.
struct intake_ready {};

// --- To a supervisor, from threads outside, by its inbox.

/// The store has answered `open`: the connector is ours, or the error says why not.
struct connector_opened {
  opened_connector what;
  std::string error;
};
/// There is something to fetch again: once per idle period.
struct work_available {};
/// The store has answered the fetch under way.
struct fetch_answered {
  std::shared_ptr<fetch_reply> answer;
};
/// Attempts have completed: once per emptying of the inbox.
struct outcomes_ready {};

/// The shared rate lets so many attempts start.
struct tokens_granted {
  std::uint32_t tokens = 0;
};

// --- To a supervisor or a rate keeper, from itself.

/// Its one timer went off; a generation other than the current one is stale.
struct timer_fired {
  std::uint64_t generation = 0;
};

// --- To a supervisor, from the overseer.

/// What it knows of its connector.
struct ask_status {
  reply<connector_status> to;
};
/// Start no attempt; answered when the last one has settled durably.
struct drain_connector {
  reply<bool> to;
};

// --- To a rate keeper, from supervisors.

/// These were granted and not needed; so many are wanted (unset: as before, 0: none any more).
struct order_tokens {
  connector_id connector = 0;
  std::uint32_t give_back = 0;
  std::optional<std::uint32_t> want;
  std::shared_ptr<supervisor_inbox> from;
};

// --- To the overseer, which hands them on to the supervisor that is meant.

/// Start no attempt until resumed.
struct pause_connector {
  std::string connector;
  reply<operator_answer> to;
};
/// End a pause, or else a hold, or start a failed connector again.
struct resume_connector {
  std::string connector;
  reply<operator_answer> to;
};
/// Force the circuit breaker, or leave it to itself.
struct command_breaker {
  std::string connector;
  breaker_command what{};
  reply<operator_answer> to;
};
/// Why is this delivery not being sent?
struct ask_why {
  std::string connector;
  delivery_key key;
  lane_id lane = no_lane;
  reply<std::optional<waits>> to;
};
/// End these, if they were taken and are not in flight: as discarded, or else as dead letters.
struct withdraw_deliveries {
  connector_id connector = 0;
  std::vector<delivery_key> keys;
  bool discard = true;
  bool dry_run = false;               ///< only say what would become of them
  reply<std::vector<withdrawal>> to;  ///< one per key; none: nobody has taken any
};
/// Dead letters of these lanes were replayed or discarded, or something became due on disk, or was
/// ended there.
struct lanes_changed {
  connector_id connector = 0;
  std::vector<blocked_lane> lanes;
  std::vector<delivery_key> ended{};  ///< that waited for their time in those lanes
};

// --- To the overseer.

/// All supervisors' statuses, in the order of their registration.
struct ask_statuses {
  reply<std::vector<connector_status>> to;
};
/// Drain every connector; answered when all have drained: true if each did so durably.
struct drain_all {
  reply<bool> to;
};
/// An operator's change of this connector failed and may have landed all the same: its owner must
/// read anew what it owns.
struct owner_unsure {
  connector_id connector = 0;
};
/// Start a crashed connector's supervisor again; the index is that of its registration.
struct restart_supervisor {
  std::uint32_t index = 0;
};

// --- Who understands what.

/// Routes what the intake holds and has the store keep it, in batches.
using router_actor = caf::typed_actor<caf::reacts_to<intake_ready>>;

/// Owns one connector: window, lanes, breaker, timer, permits.
using supervisor_actor =
    caf::typed_actor<caf::reacts_to<connector_opened>, caf::reacts_to<work_available>,
                     caf::reacts_to<fetch_answered>, caf::reacts_to<outcomes_ready>,
                     caf::reacts_to<timer_fired>, caf::reacts_to<ask_status>,
                     caf::reacts_to<drain_connector>, caf::reacts_to<pause_connector>,
                     caf::reacts_to<resume_connector>, caf::reacts_to<command_breaker>,
                     caf::reacts_to<ask_why>, caf::reacts_to<withdraw_deliveries>,
                     caf::reacts_to<lanes_changed>, caf::reacts_to<tokens_granted>>;

/// Keeps one rate that connectors share, fairly.
using rate_keeper_actor =
    caf::typed_actor<caf::reacts_to<order_tokens>, caf::reacts_to<timer_fired>>;

/// Starts, watches and restarts the supervisors; knows them by name.
using overseer_actor =
    caf::typed_actor<caf::reacts_to<pause_connector>, caf::reacts_to<resume_connector>,
                     caf::reacts_to<command_breaker>, caf::reacts_to<ask_why>,
                     caf::reacts_to<withdraw_deliveries>, caf::reacts_to<lanes_changed>,
                     caf::reacts_to<ask_statuses>, caf::reacts_to<drain_all>,
                     caf::reacts_to<owner_unsure>, caf::reacts_to<restart_supervisor>>;

/// Makes the messages known to an actor system, before it is built.
void add_messages(caf::actor_system_config& config);

}  // namespace airtrain

CAF_BEGIN_TYPE_ID_BLOCK(airtrain, first_custom_type_id)
CAF_ADD_TYPE_ID(airtrain, (airtrain::intake_ready))
CAF_ADD_TYPE_ID(airtrain, (airtrain::connector_opened))
CAF_ADD_TYPE_ID(airtrain, (airtrain::work_available))
CAF_ADD_TYPE_ID(airtrain, (airtrain::fetch_answered))
CAF_ADD_TYPE_ID(airtrain, (airtrain::outcomes_ready))
CAF_ADD_TYPE_ID(airtrain, (airtrain::timer_fired))
CAF_ADD_TYPE_ID(airtrain, (airtrain::ask_status))
CAF_ADD_TYPE_ID(airtrain, (airtrain::drain_connector))
CAF_ADD_TYPE_ID(airtrain, (airtrain::pause_connector))
CAF_ADD_TYPE_ID(airtrain, (airtrain::resume_connector))
CAF_ADD_TYPE_ID(airtrain, (airtrain::command_breaker))
CAF_ADD_TYPE_ID(airtrain, (airtrain::ask_why))
CAF_ADD_TYPE_ID(airtrain, (airtrain::withdraw_deliveries))
CAF_ADD_TYPE_ID(airtrain, (airtrain::lanes_changed))
CAF_ADD_TYPE_ID(airtrain, (airtrain::ask_statuses))
CAF_ADD_TYPE_ID(airtrain, (airtrain::drain_all))
CAF_ADD_TYPE_ID(airtrain, (airtrain::owner_unsure))
CAF_ADD_TYPE_ID(airtrain, (airtrain::restart_supervisor))
CAF_ADD_TYPE_ID(airtrain, (airtrain::tokens_granted))
CAF_ADD_TYPE_ID(airtrain, (airtrain::order_tokens))
CAF_END_TYPE_ID_BLOCK(airtrain)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::intake_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::connector_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::work_available)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::fetch_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::outcomes_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::timer_fired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::ask_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::drain_connector)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::pause_connector)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::resume_connector)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::command_breaker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::ask_why)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::withdraw_deliveries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::lanes_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::ask_statuses)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::drain_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::owner_unsure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::restart_supervisor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::tokens_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(airtrain::order_tokens)
