#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "messages/delivery.hpp"
#include "messages/settlement.hpp"
#include "store/store.hpp"

namespace airtrain::memory {

/// Where one delivery rests. What an owner has taken stays in its place until it is settled: that
/// is what makes it come again after a crash.
enum class place : std::uint8_t { log, waiting, aside, dead, expired, delivered, discarded };
constexpr std::size_t places = 7;

struct delivery_row {
  lane_id lane = no_lane;
  std::uint64_t bytes = 0;  ///< of its event
  place where = place::log;
  delivery_history history;
  rendered_ref rendered;
  std::vector<attempt_record> attempts;
  settlement last;          ///< what the owner decided last: scope, reason, group
  std::int64_t due_ms = 0;  ///< of place::waiting, wall clock
  std::int64_t ended_at_ms = 0;
};

struct connector_rows {
  std::string name;
  std::uint64_t epoch = 0;
  std::string owner_state;
  std::map<delivery_key, delivery_row> rows;
  std::array<std::set<delivery_key>, places> at;           ///< index of `rows` by place
  std::set<std::pair<std::int64_t, delivery_key>> by_due;  ///< of place::waiting
  std::map<lane_id, std::set<delivery_key>> off_log;  ///< per lane: waiting, aside, dead, expired
  /// Per lane the latest delivery whose target has seen it, or may have: a replay of an earlier one
  /// would overwrite newer truth.
  std::map<lane_id, delivery_key> newest_effect;
  std::uint64_t backlog_bytes = 0;
  std::uint64_t next = 0;  ///< behind the latest that an owner had taken and settled

  std::uint64_t backlog() const;
  std::uint64_t dead_letters() const;
};

struct logged_event {
  event_ref event;
  std::vector<route> routes;
};

/// Lanes whose owner has to be told.
using touched_lanes = std::map<connector_id, std::set<lane_id>>;
using ended_deliveries = std::map<connector_id, std::vector<delivery_key>>;
/// Whom an operator's change concerns.
struct to_tell {
  touched_lanes lanes;
  ended_deliveries ended;
};

/// Everything the store knows, as plain ordered maps, and every change to it. The changes are
/// deterministic: applied to two equal tables they leave equal tables. The memory store keeps one
/// that is durable and one that is ahead of it.
struct tables {
  std::map<std::uint64_t, logged_event> log;
  std::map<std::pair<std::string, std::string>, std::uint64_t> by_id;  ///< (id, source) -> seq
  std::uint64_t next_seq = 1;
  std::map<connector_id, connector_rows> connectors;  ///< numbered from 1
  std::vector<audit_record> audit;

  connector_id connector(std::string_view name);

  /// What publishing the request now would answer; sequence numbers as they will be given.
  std::vector<published_event> judge(const publish_request& request) const;
  /// Appends the accepted events of a judged request. Its refused routes are dead letters.
  void append(const publish_request& request, const std::vector<published_event>& judged,
              std::int64_t now_ms);

  void settle(connector_id connector, const settlement& decided, std::int64_t now_ms);

  /// Fills `done` and `refused`; the lanes whose owners must be told go to `touched`.
  bulk_result replay(std::vector<dead_letter_id> ids, replay_options options, std::int64_t now_ms,
                     touched_lanes& touched);
  /// `taken`: it is with its owner. Which keys are said to have ended goes to `ended`.
  bulk_result change(std::vector<dead_letter_id> ids, change_options options, std::int64_t now_ms,
                     const std::function<bool(const dead_letter_id&)>& taken,
                     touched_lanes& touched, ended_deliveries& ended);
  bulk_result discard(const std::vector<dead_letter_id>& ids, std::int64_t now_ms,
                      touched_lanes& touched);
};

/// The lane as its owner must know it; deliveries in `taken` are the owner's already and don't
/// count.
blocked_lane lane_as_it_is(const connector_rows& connector, lane_id lane,
                           const std::set<delivery_key>& taken);

}  // namespace airtrain::memory
