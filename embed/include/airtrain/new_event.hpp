#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace airtrain {
inline namespace v0 {

/// A business event as the application hands it over.
struct new_event {
  std::string type{};     ///< required; connectors are registered for it
  nlohmann::json data{};  ///< null: none; at most 64 deep
  /// With the source it is the event's identity: the same one again is a duplicate, and sent once.
  /// Empty: one is made up, and a repeat after a failure is another event.
  std::string id{};
  std::string source{};   ///< empty: "/airtrain"
  std::string subject{};  ///< empty: absent
  std::string time{};     ///< RFC 3339; empty: absent
};

/// The event is on disk, with its routes.
struct event_accepted {
  std::string id{};
  bool duplicate = false;        ///< known already: nothing was written, nothing is sent again
  std::uint32_t deliveries = 0;  ///< connectors that will get it
};

/// Why an event was not taken. Nothing of it was kept.
enum class refusal_code : std::uint8_t {
  invalid,       ///< the event itself: see the message
  conflict,      ///< the same source and id with other content
  overloaded,    ///< too much is waiting for the disk: try again shortly
  disk_full,     ///< free space is below the reserve
  failed,        ///< the store could not write; whether it is there is unknown: hand it over again
  stopping,      ///< `drain` or the destructor was called
  backlog_full,  ///< as much waits for a connector as `backlog_bytes_max` allows: try again later
};

class event_refused : public std::runtime_error {
 public:
  event_refused(refusal_code code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  refusal_code code() const { return code_; }

 private:
  refusal_code code_;
};

}  // namespace v0
}  // namespace airtrain
