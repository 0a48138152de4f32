#include "http/outbound_tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

/// Where an `SSL` keeps its `tls_sessions`.
int sessions_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  AIRTRAIN_INVARIANT(slot >= 0);
  return slot;
}

/// OpenSSL hands over a reference when 1 is returned.
int on_new_session(SSL* connection, SSL_SESSION* session) {
  auto* sessions = static_cast<tls_sessions*>(SSL_get_ex_data(connection, sessions_slot()));
  if (sessions == nullptr) return 0;
  sessions->keep(session);
  return 1;
}

result<void, std::string> show_certificate(SSL_CTX* context, const target_settings& with) {
  if (SSL_CTX_use_certificate_chain_file(context, with.certificate_file.c_str()) != 1)
    return failure(
        fmt::format("can't use the certificate in {}: {}", with.certificate_file, tls_fault()));
  if (SSL_CTX_use_PrivateKey_file(context, with.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return failure(fmt::format("can't use the key in {}: {}", with.key_file, tls_fault()));
  return {};
}

}  // namespace

tls_sessions::~tls_sessions() {
  SSL_SESSION_free(newest_);
}

void tls_sessions::keep(SSL_SESSION* owned) {
  const std::lock_guard lock(mutex_);
  SSL_SESSION_free(std::exchange(newest_, owned));
}

void tls_sessions::offer(SSL& connection) {
  const std::lock_guard lock(mutex_);
  if (newest_ != nullptr && SSL_SESSION_is_resumable(newest_) == 1)
    SSL_set_session(&connection, newest_);
}

result<tls_context, std::string> make_tls_client_context(const target_settings& with) {
  ERR_clear_error();
  auto made = make_tls_context(TLS_client_method());
  SSL_CTX* context = made.get();
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, &on_new_session);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (with.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      return failure(fmt::format("can't read the system's root certificates: {}", tls_fault()));
  } else if (SSL_CTX_load_verify_file(context, with.ca_file.c_str()) != 1) {
    return failure(fmt::format("can't read certificates from {}: {}", with.ca_file, tls_fault()));
  }
  if (with.certificate_file.empty()) return made;
  if (auto shown = show_certificate(context, with); !shown) return failure(shown.error());
  return made;
}

result<void, std::string> expect_peer(SSL& connection, const std::string& host,
                                      tls_sessions& sessions) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  X509_VERIFY_PARAM* expected = SSL_get0_param(&connection);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool set = not_an_address ? SSL_set_tlsext_host_name(&connection, host.c_str()) == 1 &&
                                        SSL_set1_host(&connection, host.c_str()) == 1
                                  : X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  if (!set || SSL_set_ex_data(&connection, sessions_slot(), &sessions) != 1)
    return failure(tls_fault());
  sessions.offer(connection);
  return {};
}

std::string certificate_fault(const SSL& connection) {
  const long verdict = SSL_get_verify_result(&connection);
  return verdict == X509_V_OK ? std::string{} : X509_verify_cert_error_string(verdict);
}

void keep_session_usable(SSL& connection) {
  SSL_set_shutdown(&connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

}  // namespace airtrain::http
