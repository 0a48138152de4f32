#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "airtrain/delivery.hpp"
#include "airtrain/export.hpp"

// The three ways to say how an event reaches a system: a blocking call, a completion, an HTTP
// exchange.

namespace airtrain {
inline namespace v0 {

/// Throw it from `send_update` for an event that this system will never take: a dead letter at
/// once, and no retries.
class rejected_by_system : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The plain way: one blocking call per attempt, on threads of this connector (as many as its
/// `concurrency`), so that a slow system keeps no other waiting.
class AIRTRAIN_EXPORT simple_connector {
 public:
  virtual ~simple_connector();
  /// `payload` is the event's data; text that is no JSON comes as a JSON string. Returned: the
  /// system has it. Thrown: it is tried again, with the message on record.
  virtual void send_update(const nlohmann::json& payload) = 0;
};

/// For systems with an asynchronous interface of their own.
class AIRTRAIN_EXPORT raw_connector {
 public:
  virtual ~raw_connector();
  /// One call at a time, at most `concurrency` tasks outstanding. Must return at once and complete
  /// the task later, or now. Thrown: the task is tried again.
  virtual void deliver(delivery_task task) = 0;
  /// No more calls will come; what is under way may still complete.
  virtual void stop();
};

struct custom_request {
  std::string method = "POST";
  std::string target = "/";  ///< path and query
  std::vector<std::pair<std::string, std::string>>
      headers{};  ///< Host and Content-Length are added
  std::string body{};
};

struct custom_response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
};

/// Send this, or it is over.
using custom_step = std::variant<custom_request, delivery_result>;

/// One attempt with an HTTP system as a pure state machine: no I/O, no clock, no thread of its
/// own. What cannot be reached, times out or answers garbage never gets here: it is retried.
class AIRTRAIN_EXPORT custom_exchange {
 public:
  virtual ~custom_exchange();
  virtual custom_step start(const delivery_view& delivery) = 0;
  virtual custom_step on_response(const custom_response& response) = 0;
};

/// An HTTP system, and what is done with it for each attempt.
struct custom_http_system {
  std::string origin;     ///< "https://payroll.example.gov"
  std::string ca_file{};  ///< empty: the system's roots
  /// A fresh exchange for each attempt. Any thread.
  std::function<std::unique_ptr<custom_exchange>()> exchange;
};

}  // namespace v0
}  // namespace airtrain
