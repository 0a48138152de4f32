#pragma once

#include <cstdint>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain {

/// What becomes of an event that finds the backlog of one of its connectors full.
enum class when_full : std::uint8_t {
  refuse,       ///< the event is refused, and its whole request with it
  dead_letter,  ///< only its route to that connector ends, as a dead letter; the rest flow
};

/// How much of a connector's deliveries may wait.
struct backlog_limit {
  std::uint64_t bytes_max = 0;  ///< bytes of events whose delivery has not ended; 0: no limit
  when_full then = when_full::refuse;

  bool limited() const { return bytes_max > 0; }
};

/// Decides, within one commit, which events still fit the backlogs of their connectors. Requests
/// are atomic: what one of them took is given back when it is refused.
///
/// A backlog is full for an event that would take it above its limit. An empty one takes any event:
/// otherwise one that is larger than the limit could never be sent.
class backlog_gate {
 public:
  enum class answer : std::uint8_t { fits, dead_letter, refuse };

  /// The connector has a limit; `bytes` wait there now.
  void limit(connector_id connector, backlog_limit by, std::uint64_t bytes);
  /// No connector has one: everything fits.
  bool open() const { return rooms_.empty(); }

  answer ask(connector_id connector, std::uint64_t bytes) const;
  /// The event joins the backlog, whatever was answered.
  void take(connector_id connector, std::uint64_t bytes);

  void begin_request() { taken_.clear(); }
  /// What was taken since `begin_request` is not there after all.
  void refuse_request();

 private:
  struct room {
    backlog_limit limit;
    std::uint64_t bytes = 0;
  };
  struct taking {
    connector_id connector = 0;
    std::uint64_t bytes = 0;
  };

  std::vector<room> rooms_;  ///< by connector
  std::vector<taking> taken_;
};

}  // namespace airtrain
