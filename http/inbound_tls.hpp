#pragma once

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "http/server.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

struct tls_context_deleter {
  void operator()(SSL_CTX* owned) const { SSL_CTX_free(owned); }
};
using tls_server_context = std::unique_ptr<SSL_CTX, tls_context_deleter>;

/// TLS 1.2 or newer with that certificate; with a `client_ca`, only for peers who prove a
/// certificate of it. The error says which file is wrong.
result<tls_server_context, std::string> make_tls_server_context(const server_tls_settings& with);

enum class tls_state : std::uint8_t {
  done,
  want_read,   ///< again, once the socket is readable
  want_write,  ///< again, once the socket is writable
  ended,       ///< the peer sends nothing more
  plain_http,  ///< the peer doesn't speak TLS but HTTP
  failed,
};

/// TLS over a connected non-blocking socket, which stays the caller's and must outlive it. Never
/// waits: what can't go on says for what. One thread.
class inbound_tls {
 public:
  inbound_tls(SSL_CTX& context, int socket);

  tls_state handshake();
  /// `count`: bytes read, above 0 when done.
  tls_state read(boost::asio::mutable_buffer into, std::size_t& count);
  /// `count`: bytes written, above 0 when done. After `want_write` the same bytes must come again.
  tls_state write(boost::asio::const_buffer what, std::size_t& count);
  /// There are decrypted bytes: `read` is done at once, although the socket may not be readable.
  bool has_decrypted() const { return SSL_pending(connection_.get()) > 0; }
  /// Tells the peer that no more comes, if that can be said at once.
  void say_goodbye();

 private:
  struct deleter {
    void operator()(SSL* owned) const { SSL_free(owned); }
  };
  tls_state state_after(int returned);

  std::unique_ptr<SSL, deleter> connection_;
  bool broken_ = false;  ///< nothing may be said any more
};

}  // namespace airtrain::http
