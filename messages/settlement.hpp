#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain {

/// What the dispatcher decided about one taken delivery; the store makes it durable lazily (it
/// rides the next commit, at most 50 ms later) and in the order given.
struct settlement {
  enum class kind : std::uint8_t {
    delivered,  ///< ended
    dead,       ///< ended: kept as a dead letter
    expired,    ///< ended: kept beside the dead letters
    discarded,  ///< ended
    retry,      ///< failed, due again at `due_ms`; comes back by `fetch_kind::due`
    aside,      ///< its lane is busy or stopped: parked on disk; comes back by `fetch_kind::lane`
    give_back,  ///< not attempted after all (drain, fence): as if it had not been taken
  };
  kind what = kind::delivered;
  delivery_key key;
  lane_id lane = no_lane;
  delivery_history history;
  rendered_ref rendered;                           ///< for retry and dead
  failure_scope scope = failure_scope::connector;  ///< for retry: what it waits on
  bool counted = true;                             ///< an attempt took place: `attempt` is recorded
  bool unknown_effect = false;  ///< one that is not counted may have had an effect
  std::int64_t due_ms = 0;      ///< for retry: wall clock
  bool stops_lane = false;      ///< for dead and expired in a lane with `stop`
  reason why = reason::none;
  std::string limit;        ///< for dead: which limit was exhausted
  std::uint64_t group = 0;  ///< for dead: the guard's group, 0 = none
  attempt_record attempt;
};

enum class fetch_kind : std::uint8_t {
  fresh,  ///< from the log, in commit order: first what an earlier owner had taken, then on from
          ///< there
  due,    ///< failed ones whose time has come
  lane,   ///< of one lane, what was moved aside or replayed, in commit order
};

struct fetch_request {
  fetch_kind what = fetch_kind::fresh;
  std::uint32_t count_max = 0;
  std::size_t bytes_max = 0;  ///< of event bytes; at least one delivery comes whatever its size
  std::int64_t now_ms = 0;    ///< for due: wall clock
  bool release_connector_scope = false;  ///< for due: also those that waited on the connector
  lane_id lane = no_lane;                ///< for lane
};

struct fetch_result {
  fetch_request request;
  std::vector<delivery> deliveries;
  bool more = false;             ///< stopped at a limit. False for fresh: caught up, the store's
                                 ///< listener is told once when there is something again
  std::int64_t next_due_ms = 0;  ///< wall clock of the earliest failed one left; 0: none
  std::string error;             ///< not empty: the store could not read; nothing was taken
};

/// A lane that may not simply flow: something of it is on disk outside the log.
struct blocked_lane {
  lane_id lane = no_lane;
  bool stopped = false;               ///< by a dead letter in a connector with `stop`
  delivery_key stopped_by;            ///< the dead letter that stops it
  std::uint64_t aside_count = 0;      ///< deliveries moved aside
  delivery_key first_aside;           ///< earliest of them, where aside_count > 0
  std::vector<delivery_key> waiting;  ///< failed ones that wait for their time, ascending
};

/// What a connector's new owner is told. `epoch` goes with every later write; a write with an
/// older one is refused (the owner is fenced).
struct opened_connector {
  std::uint64_t epoch = 0;
  std::vector<blocked_lane> blocked;
  std::string owner_state;       ///< what `save_owner_state` last kept: breaker, holds, clocks
  std::uint64_t backlog = 0;     ///< deliveries not ended
  std::int64_t next_due_ms = 0;  ///< earliest failed one; 0: none
  /// No owner has taken anything from this seq on. What comes fresh and is earlier was taken
  /// before, and may belong before what was moved aside.
  std::uint64_t next = 0;
};

}  // namespace airtrain
