#pragma once

#include <mutex>
#include <string>

#include "http/client.hpp"
#include "http/tls_channel.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

/// The newest TLS session of one origin: resuming costs half of a full handshake. From any thread.
class tls_sessions {
 public:
  ~tls_sessions();
  void keep(SSL_SESSION* owned);
  /// Has `connection` resume the kept session, if there is one.
  void offer(SSL& connection);

 private:
  std::mutex mutex_;
  SSL_SESSION* newest_ = nullptr;
};

/// TLS 1.2 or newer that verifies against the CA file, or the system's roots when there is none,
/// and shows the client's certificate, if there is one.
result<tls_context, std::string> make_tls_client_context(const target_settings& with);

/// Names the peer that `connection` must prove to be, and the sessions it may resume and leaves.
/// `sessions` must outlive it.
result<void, std::string> expect_peer(SSL& connection, const std::string& host,
                                      tls_sessions& sessions);

/// Why the peer's certificate was refused; empty when it was not the certificate.
std::string certificate_fault(const SSL& connection);

/// Before it is destroyed: OpenSSL drops the session of a connection that ends without it.
void keep_session_usable(SSL& connection);

}  // namespace airtrain::http
