#include "http/tls_channel.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <limits>

#include "http/socket_bio.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

using boost::system::error_code;

int length_of(std::size_t bytes) {
  return static_cast<int>(
      std::min<std::size_t>(bytes, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

}  // namespace

tls_context make_tls_context(const SSL_METHOD* method) {
  tls_context made(SSL_CTX_new(method), &SSL_CTX_free);
  AIRTRAIN_INVARIANT(made != nullptr);
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return made;
}

std::string tls_fault() {
  char text[256];
  ERR_error_string_n(ERR_peek_error(), text, sizeof text);
  return text;
}

tls_channel::tls_channel(SSL_CTX& context, int socket, tls_side side)
    : connection_(SSL_new(&context)) {
  AIRTRAIN_INVARIANT(connection_ != nullptr);
  auto* through = make_socket_bio(socket);
  SSL_set_bio(connection_.get(), through, through);
  if (side == tls_side::accepts)
    SSL_set_accept_state(connection_.get());
  else
    SSL_set_connect_state(connection_.get());
}

tls_state tls_channel::state_after(int returned) {
  if (returned > 0) return tls_state::done;
  switch (SSL_get_error(connection_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return tls_state::want_read;
    case SSL_ERROR_WANT_WRITE:
      return tls_state::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return tls_state::ended;
    default:
      broken_ = true;
      return ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST ? tls_state::plain_http
                                                                    : tls_state::failed;
  }
}

tls_state tls_channel::handshake() {
  ERR_clear_error();
  return state_after(SSL_do_handshake(connection_.get()));
}

tls_state tls_channel::read(boost::asio::mutable_buffer into, std::size_t& count) {
  ERR_clear_error();
  const int returned = SSL_read(connection_.get(), into.data(), length_of(into.size()));
  count = returned > 0 ? static_cast<std::size_t>(returned) : 0;
  return state_after(returned);
}

tls_state tls_channel::write(boost::asio::const_buffer what, std::size_t& count) {
  ERR_clear_error();
  const int returned = SSL_write(connection_.get(), what.data(), length_of(what.size()));
  count = returned > 0 ? static_cast<std::size_t>(returned) : 0;
  return state_after(returned);
}

void tls_channel::say_goodbye() {
  if (broken_ || SSL_in_init(connection_.get()) == 1) return;
  ERR_clear_error();
  SSL_shutdown(connection_.get());
  broken_ = true;
}

std::size_t read_decrypted(tls_channel& from, ready_socket& under, boost::asio::mutable_buffer into,
                           error_code& error) {
  std::size_t count = 0;
  switch (from.read(into, count)) {
    case tls_state::done:
      error = {};
      break;
    case tls_state::want_read:
      under.drained();
      [[fallthrough]];
    case tls_state::want_write:
      error = boost::asio::error::would_block;
      break;
    case tls_state::ended:
      error = boost::asio::error::eof;
      break;
    default:
      error = boost::asio::error::connection_reset;
  }
  return count;
}

std::size_t write_encrypted(tls_channel& to, std::span<const boost::asio::const_buffer> what,
                            error_code& error) {
  error = {};
  for (const auto& piece : what) {
    if (piece.size() == 0) continue;
    std::size_t count = 0;
    const auto state = to.write(piece, count);
    if (state == tls_state::want_write)
      error = boost::asio::error::would_block;
    else if (state != tls_state::done)
      error = boost::asio::error::connection_reset;
    return count;
  }
  return 0;
}

}  // namespace airtrain::http
