#include "http/inbound_tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include <string_view>

namespace airtrain::http {
namespace {

/// Without one, sessions of peers with certificates can't be resumed.
constexpr std::string_view session_context = "airtrain";

result<void, std::string> demand_client_certificates(SSL_CTX* context, const std::string& ca) {
  if (SSL_CTX_load_verify_file(context, ca.c_str()) != 1)
    return failure(
        fmt::format("http.tls.client_ca: can't read certificates from {}: {}", ca, tls_fault()));
  auto* names = SSL_load_client_CA_file(ca.c_str());
  if (!names)
    return failure(fmt::format("http.tls.client_ca: no certificate in {}: {}", ca, tls_fault()));
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

}  // namespace

result<tls_context, std::string> make_tls_server_context(const server_tls_settings& with) {
  ERR_clear_error();
  auto made = make_tls_context(TLS_server_method());
  auto* context = made.get();
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Idle connections are many, and each would keep 34 KiB.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(session_context.data()),
                                 static_cast<unsigned>(session_context.size()));
  if (SSL_CTX_use_certificate_chain_file(context, with.certificate_file.c_str()) != 1)
    return failure(
        fmt::format("http.tls.cert: can't use {}: {}", with.certificate_file, tls_fault()));
  if (SSL_CTX_use_PrivateKey_file(context, with.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return failure(fmt::format("http.tls.key: can't use {}: {}", with.key_file, tls_fault()));
  if (SSL_CTX_check_private_key(context) != 1)
    return failure(
        fmt::format("http.tls: {} is not the key of {}", with.key_file, with.certificate_file));
  if (!with.client_ca_file.empty())
    if (auto set = demand_client_certificates(context, with.client_ca_file); !set)
      return failure(set.error());
  return made;
}

}  // namespace airtrain::http
