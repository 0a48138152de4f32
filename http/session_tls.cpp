#include "http/session.hpp"

// What is different on a connection over TLS: its beginning.
namespace airtrain::http {

void session::start_tls(SSL_CTX& context) {
  tls_.emplace(context, socket_->native_handle(), tls_side::accepts);
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
      return socket_->drained();
    case tls_state::want_write:
      return;
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

void session::give_up_handshake() {
  home_->all().handshakes_failed.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace airtrain::http
