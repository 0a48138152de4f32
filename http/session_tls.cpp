#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "http/session.hpp"

// What is different on a connection over TLS: its beginning, and how bytes come and go.
namespace airtrain::http {

using boost::system::error_code;

void session::start_tls(SSL_CTX& context) {
  tls_.emplace(context, socket_->native_handle());
  phase_ = phase::handshake;
  deadline_ = in(settings().handshake_timeout);
  shake_hands();
}

void session::shake_hands() {
  switch (tls_->handshake()) {
    case tls_state::done:
      phase_ = phase::idle;
      deadline_ = in(settings().head_timeout);
      return read();
    case tls_state::want_read:
      return wait_for_handshake(tcp_socket::wait_read);
    case tls_state::want_write:
      return wait_for_handshake(tcp_socket::wait_write);
    case tls_state::plain_http:
      tls_.reset();
      refuse({refusal_code::tls_required, "this port speaks HTTPS"});
      return;
    case tls_state::ended:
    case tls_state::failed:
      give_up_handshake();
      // The peer should get to see the alert, which a reset would take from it.
      return linger();
  }
}

void session::wait_for_handshake(tcp_socket::wait_type what) {
  socket_->async_wait(what, [self = shared_from_this()](const error_code& error) {
    if (self->phase_ != phase::handshake) return;
    if (error)
      self->close();
    else
      self->shake_hands();
  });
}

void session::give_up_handshake() {
  home_->all().handshakes_failed.fetch_add(1, std::memory_order_relaxed);
}

/// As the plain `read`: one completion, in a turn of its own.
void session::read_decrypted() {
  reading_ = true;
  if (tls_->has_decrypted())
    asio::post(home_->loop().inside().context,
               [self = shared_from_this()] { self->on_readable({}); });
  else
    wait_readable(tcp_socket::wait_read);
}

void session::wait_readable(tcp_socket::wait_type what) {
  socket_->async_wait(
      what, [self = shared_from_this()](const error_code& error) { self->on_readable(error); });
}

void session::on_readable(const error_code& error) {
  if (phase_ == phase::closed) return;
  if (error) return on_read_failed();
  if (phase_ == phase::lingering) {
    reading_ = false;
    return read();
  }
  std::size_t count = 0;
  switch (tls_->read(room(), count)) {
    case tls_state::done:
      reading_ = false;
      return on_read(count);
    case tls_state::want_read:
      return wait_readable(tcp_socket::wait_read);
    case tls_state::want_write:
      return wait_readable(tcp_socket::wait_write);
    default:
      return on_read_failed();
  }
}

std::size_t session::write_encrypted(std::span<const asio::const_buffer> what, error_code& error) {
  for (const auto& piece : what) {
    if (piece.size() == 0) continue;
    std::size_t count = 0;
    const auto state = tls_->write(piece, count);
    if (state == tls_state::want_write)
      error = asio::error::would_block;
    else if (state != tls_state::done)
      error = asio::error::connection_reset;
    return count;
  }
  return 0;
}

}  // namespace airtrain::http
