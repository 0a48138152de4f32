#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "messages/event.hpp"
#include "store/store.hpp"

namespace airtrain {

enum class submit_code : std::uint8_t {
  none,
  conflict,      ///< see `events`
  unrouted,      ///< no connector names this type
  backlog_full,  ///< as much waits for a connector as may; see `events`
  overloaded,    ///< try again shortly
  disk_full,
  store_failed,
  draining,
};
struct submitted_event {
  publish_status status = publish_status::accepted;
  std::uint32_t deliveries = 0;
  bool unrouted = false;
  std::string nearest_type;            ///< did-you-mean for an unrouted type; may be empty
  std::vector<std::string> full = {};  ///< connectors whose full backlogs refused it
};
struct submit_result {
  submit_code code = submit_code::none;
  std::string message;
  std::vector<submitted_event>
      events;  ///< one per event, when code is none, conflict, unrouted or backlog_full
};
using submit_done = std::function<void(submit_result)>;

/// The events of one request on their way to the store.
struct submission {
  std::vector<event_ref> events;
  submit_done done;
};

}  // namespace airtrain
