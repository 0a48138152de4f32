#pragma once

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "http/ready_socket.hpp"

namespace airtrain::http {

/// What connections of one kind have in common.
using tls_context = std::shared_ptr<SSL_CTX>;
/// For TLS 1.2 or newer, with what `tls_channel` needs.
tls_context make_tls_context(const SSL_METHOD* method);
/// What OpenSSL has to say about its last failure on this thread.
std::string tls_fault();

enum class tls_side : std::uint8_t { accepts, connects };

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
class tls_channel {
 public:
  tls_channel(SSL_CTX& context, int socket, tls_side side);

  tls_state handshake();
  /// `count`: bytes read, above 0 when done.
  tls_state read(boost::asio::mutable_buffer into, std::size_t& count);
  /// `count`: bytes written, above 0 when done. After `want_write` the same bytes must come again.
  tls_state write(boost::asio::const_buffer what, std::size_t& count);
  /// There are decrypted bytes: `read` is done at once, although the socket may not be readable.
  bool has_decrypted() const { return SSL_pending(connection_.get()) > 0; }
  /// Tells the peer that no more comes, if that can be said at once.
  void say_goodbye();
  SSL& native() { return *connection_; }

 private:
  struct deleter {
    void operator()(SSL* owned) const { SSL_free(owned); }
  };
  tls_state state_after(int returned);

  std::unique_ptr<SSL, deleter> connection_;
  bool broken_ = false;  ///< nothing may be said any more
};

/// As `ready_socket`'s own, over TLS: bytes read or written, or 0 with `would_block`, `eof` or
/// `connection_reset`. Of several pieces the first that is not empty is written.
std::size_t read_decrypted(tls_channel& from, ready_socket& under, boost::asio::mutable_buffer into,
                           boost::system::error_code& error);
std::size_t write_encrypted(tls_channel& to, std::span<const boost::asio::const_buffer> what,
                            boost::system::error_code& error);

}  // namespace airtrain::http
