#include "http/inbound_tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "http/socket_bio.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

/// Without one, sessions of peers with certificates can't be resumed.
constexpr std::string_view session_context = "airtrain";

std::string why() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return text;
}

int length_of(std::size_t bytes) {
  return static_cast<int>(
      std::min<std::size_t>(bytes, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

result<void, std::string> demand_client_certificates(SSL_CTX* context, const std::string& ca) {
  if (SSL_CTX_load_verify_file(context, ca.c_str()) != 1)
    return failure(
        fmt::format("http.tls.client_ca: can't read certificates from {}: {}", ca, why()));
  auto* names = SSL_load_client_CA_file(ca.c_str());
  if (!names)
    return failure(fmt::format("http.tls.client_ca: no certificate in {}: {}", ca, why()));
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace

result<tls_server_context, std::string> make_tls_server_context(const server_tls_settings& with) {
  ERR_clear_error();
  tls_server_context made(SSL_CTX_new(TLS_server_method()));
  AIRTRAIN_INVARIANT(made != nullptr);
  auto* context = made.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // The last of them: idle connections are many, and each would keep 34 KiB.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(session_context.data()),
                                 static_cast<unsigned>(session_context.size()));
  if (SSL_CTX_use_certificate_chain_file(context, with.certificate_file.c_str()) != 1)
    return failure(fmt::format("http.tls.cert: can't use {}: {}", with.certificate_file, why()));
  if (SSL_CTX_use_PrivateKey_file(context, with.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return failure(fmt::format("http.tls.key: can't use {}: {}", with.key_file, why()));
  if (SSL_CTX_check_private_key(context) != 1)
    return failure(
        fmt::format("http.tls: {} is not the key of {}", with.key_file, with.certificate_file));
  if (!with.client_ca_file.empty())
    if (auto set = demand_client_certificates(context, with.client_ca_file); !set)
      return failure(set.error());
  return made;
}

inbound_tls::inbound_tls(SSL_CTX& context, int socket) : connection_(SSL_new(&context)) {
  AIRTRAIN_INVARIANT(connection_ != nullptr);
  auto* through = make_socket_bio(socket);
  SSL_set_bio(connection_.get(), through, through);
  SSL_set_accept_state(connection_.get());
}

tls_state inbound_tls::state_after(int returned) {
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

tls_state inbound_tls::handshake() {
  ERR_clear_error();
  return state_after(SSL_do_handshake(connection_.get()));
}

tls_state inbound_tls::read(boost::asio::mutable_buffer into, std::size_t& count) {
  ERR_clear_error();
  const int returned = SSL_read(connection_.get(), into.data(), length_of(into.size()));
  count = returned > 0 ? static_cast<std::size_t>(returned) : 0;
  return state_after(returned);
}

tls_state inbound_tls::write(boost::asio::const_buffer what, std::size_t& count) {
  ERR_clear_error();
  const int returned = SSL_write(connection_.get(), what.data(), length_of(what.size()));
  count = returned > 0 ? static_cast<std::size_t>(returned) : 0;
  return state_after(returned);
}

void inbound_tls::say_goodbye() {
  if (broken_ || SSL_in_init(connection_.get()) == 1) return;
  ERR_clear_error();
  SSL_shutdown(connection_.get());
  broken_ = true;
}

}  // namespace airtrain::http
