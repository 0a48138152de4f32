#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "connectors/credentials.hpp"
#include "http/client.hpp"
#include "messages/outcome.hpp"

namespace airtrain {

/// The attempt's end, with the mapped parts that were sent (frozen if it failed).
struct exchange_end {
  verdict result;
  rendered_ref rendered;
};

/// The target refused these credentials: they are to be renewed, and the exchange told.
struct renewal_step {
  std::shared_ptr<credentials> of;
  credentials_ref refused;
};

/// What an exchange wants next: a request to be sent, or fresh credentials, or it is over.
using exchange_step = std::variant<http::client_request, renewal_step, exchange_end>;

/// One attempt with an HTTP system as a pure state machine: no I/O, no clock. The runtime sends
/// what it asks for and feeds back what came. Used by one thread, once.
class exchange {
 public:
  virtual ~exchange() = default;
  virtual exchange_step start() = 0;
  virtual exchange_step on_response(const http::client_response& response, std::int64_t now_ms) = 0;
  /// After a `renewal_step`.
  virtual exchange_step on_renewed(const result<credentials_ref, std::string>&) { return start(); }
  /// No answer: by default a connector-scope retry, or a hold for a refused certificate.
  virtual exchange_end on_error(const http::client_error& error) = 0;
};

/// The fixed part of an HTTP connector: makes an exchange for each attempt. Any thread.
class exchange_factory {
 public:
  virtual ~exchange_factory() = default;
  virtual std::unique_ptr<exchange> make(const attempt_order& order, std::int64_t now_ms) const = 0;
};

}  // namespace airtrain
