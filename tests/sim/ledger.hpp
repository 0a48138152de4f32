#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/dispatch/options.hpp"
#include "messages/outcome.hpp"
#include "store/store.hpp"
#include "tests/sim/journal.hpp"

namespace airtrain::sim {

/// An independent account of every event from its submission to its end, and the judge of the
/// promises: nothing acknowledged is lost, nothing is made up, order within a lane, one attempt and
/// one settlement at a time. Throws `violation`.
class ledger {
 public:
  explicit ledger(std::map<connector_id, dispatch_options> connectors);

  // --- Producers.
  void submitted(const publish_item& item);
  void answered(std::string_view event, const published_event& what);
  /// With its request, which a full backlog has refused.
  void refused(const publish_item& item, const published_event& what) const;

  // --- Owners.
  void owner_gone(connector_id connector);
  /// Its process has told the store how much may wait.
  void limited(connector_id connector, backlog_limit by);
  /// The connector's next owner runs with other options.
  void configured(connector_id connector, const dispatch_options& options);
  /// Somebody set the wall clock, under the eyes of the connector's owner.
  void wall_clock_set(connector_id connector, milliseconds by);
  void taken(connector_id connector, const std::vector<delivery>& deliveries);
  void sent(connector_id connector, const attempt_order& order);
  /// The target said yes, whether or not anyone hears it.
  void reached(connector_id connector, const delivery_key& key);
  void judged(connector_id connector, const attempt_outcome& outcome);
  void settled(connector_id connector, const settlement& decided, std::int64_t wall_ms);

  // --- Operators.
  void replay_asked(const std::vector<dead_letter_id>& ids);
  void replayed(const dead_letter_id& id);
  void discard_asked(const std::vector<dead_letter_id>& ids);
  void discarded(const dead_letter_id& id);

  // --- What the store says.
  /// After a restart: what it knows of one submitted event is where all goes on from.
  void read_again(std::string_view event, const std::vector<event_detail>& found);
  /// At any time: it holds at least what must not be lost.
  void compare(const connector_counts& counts) const;
  /// At any time: no more waits than may, but for what an operator has replayed.
  void demand_room(const connector_counts& counts);
  /// At the end: nothing is left.
  void demand_all_ended() const;

  std::vector<std::string> events() const;
  std::size_t in_flight(connector_id connector) const;
  std::size_t in_window(connector_id connector) const;
  std::size_t ended() const;

 private:
  static constexpr std::uint64_t any = ~std::uint64_t{0};
  enum class standing { open, dead, stopping, ended };
  struct record {
    std::string event;
    lane_id lane = no_lane;
    standing stands = standing::open;
    bool acknowledged = false;
    bool reached = false;    ///< the target has said yes, once at least
    bool delivered = false;  ///< the last attempt was
    bool taken = false;
    bool in_flight = false;
    /// A replay was asked for: where lanes go on after a dead letter, it keeps nothing waiting.
    bool may_be_late = false;
    bool discard_asked = false;
    bool superseded = false;
    bool sent = false;      ///< since it was taken
    bool replayed = false;  ///< its deadline was lifted
    rendered_ref frozen;
  };
  struct account {
    dispatch_options options;
    std::map<delivery_key, record> records;
    std::map<lane_id, std::set<delivery_key>> blocking;  ///< per lane, what later ones wait for
    std::set<lane_id> busy;
    std::size_t in_flight = 0;
    std::size_t in_window = 0;
    std::size_t acknowledged_left = 0;  ///< acknowledged and not ended
    milliseconds clock_set_by{0};       ///< in the life of its owner
    backlog_limit limit;
    std::uint64_t waiting_bytes = any;  ///< when last looked at; any: it may have grown since
  };
  struct submission {
    publish_item item;
    bool acknowledged = false;
    std::uint64_t seq = 0;
  };

  record& know(connector_id connector, const delivery_key& key, const submission& from);
  record& record_of(connector_id connector, const delivery_key& key);
  void stand(connector_id connector, const delivery_key& key, record& one, standing where);
  void acknowledge(connector_id connector, record& one);
  bool stops_lanes(const account& of, const record& one) const;
  void demand_may_expire(const account& of, const record& one, const settlement& decided,
                         std::int64_t wall_ms) const;
  void demand_superseded(const account& of, const record& one, const settlement& decided,
                         bool sent) const;
  void demand_lane_order(const account& of, const delivery_key& key, const record& one) const;

  std::map<connector_id, account> accounts_;
  std::map<std::string, submission, std::less<>> submissions_;
};

}  // namespace airtrain::sim
