#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/http/test_certificates.hpp"

namespace airtrain::test {

struct request_seen {
  std::string head;
  std::string body;
};

/// The target's end of one connection, which does exactly what a script has it do. Blocking;
/// everything fails once the connection or the target has ended.
class peer {
 public:
  /// Takes the socket. `ended` ends all waiting.
  peer(int socket, const std::atomic<bool>& ended);
  ~peer();
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  /// The server's side of a TLS handshake; from then on all is encrypted.
  bool shake_hands(SSL_CTX* context);
  bool send(std::string_view bytes);
  /// A byte at a time, with a pause after each.
  bool drip(std::string_view bytes, std::chrono::milliseconds pause);
  /// A whole request; unset when the connection ends before.
  std::optional<request_seen> read_request();
  /// Until the other side has closed.
  void wait_until_closed();
  /// False: it ended before that time had passed.
  bool pause(std::chrono::milliseconds time);
  void reset();           ///< ends the connection with RST
  void close();           ///< with FIN, and close_notify where it is TLS
  void close_rudely();    ///< with FIN alone, also where it is TLS
  void finish_sending();  ///< FIN; goes on reading

 private:
  bool fill();
  long until_done(const std::function<long()>& call) const;

  int socket_;
  const std::atomic<bool>& ended_;
  std::unique_ptr<SSL, http::testing::freed_by<&SSL_free>> tls_;
  std::string received_;
};

}  // namespace airtrain::test
