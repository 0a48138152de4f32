#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "http/loop.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

using tls_stream = asio::ssl::stream<tcp_socket&>;

/// The newest TLS session of one origin: resuming costs half of a full handshake. From any thread.
class tls_sessions {
 public:
  ~tls_sessions();
  void keep(SSL_SESSION* owned);
  /// Has `connection` resume the kept session, if there is one.
  void offer(SSL* connection);

 private:
  std::mutex mutex_;
  SSL_SESSION* newest_ = nullptr;
};

/// TLS 1.2 or newer that verifies against the CA file, or the system's roots when it is empty.
result<std::shared_ptr<asio::ssl::context>, std::string> make_tls_context(
    const std::string& ca_file);

/// Names the peer that `stream` must prove to be, and the sessions it may resume and leaves.
/// `sessions` must outlive the stream.
result<void, std::string> expect_peer(tls_stream& stream, const std::string& host,
                                      tls_sessions& sessions);

/// Why the peer's certificate was refused; empty when it was not the certificate.
std::string certificate_fault(tls_stream& stream);

/// Before a stream is destroyed: OpenSSL drops the session of a connection that ends without it.
void keep_session_usable(tls_stream& stream);

}  // namespace airtrain::http
