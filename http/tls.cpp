#include "http/tls.hpp"

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

std::string openssl_error() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return text;
}

}  // namespace

tls_sessions::~tls_sessions() {
  SSL_SESSION_free(newest_);
}

void tls_sessions::keep(SSL_SESSION* owned) {
  const std::lock_guard lock(mutex_);
  SSL_SESSION_free(std::exchange(newest_, owned));
}

void tls_sessions::offer(SSL* connection) {
  const std::lock_guard lock(mutex_);
  if (newest_ != nullptr && SSL_SESSION_is_resumable(newest_) == 1)
    SSL_set_session(connection, newest_);
}

result<std::shared_ptr<asio::ssl::context>, std::string> make_tls_context(
    const std::string& ca_file) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(native, &on_new_session);
  context->set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file.empty()) {
    context->set_default_verify_paths(error);
    if (error)
      return failure(fmt::format("can't read the system's root certificates: {}", error.message()));
  } else {
    context->load_verify_file(ca_file, error);
    if (error)
      return failure(fmt::format("can't read certificates from {}: {}", ca_file, error.message()));
  }
  return context;
}

result<void, std::string> expect_peer(tls_stream& stream, const std::string& host,
                                      tls_sessions& sessions) {
  SSL* native = stream.native_handle();
  boost::system::error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  X509_VERIFY_PARAM* expected = SSL_get0_param(native);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool set = not_an_address ? SSL_set_tlsext_host_name(native, host.c_str()) == 1 &&
                                        SSL_set1_host(native, host.c_str()) == 1
                                  : X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  if (!set || SSL_set_ex_data(native, sessions_slot(), &sessions) != 1)
    return failure(openssl_error());
  sessions.offer(native);
  return {};
}

std::string certificate_fault(tls_stream& stream) {
  const long verdict = SSL_get_verify_result(stream.native_handle());
  return verdict == X509_V_OK ? std::string{} : X509_verify_cert_error_string(verdict);
}

void keep_session_usable(tls_stream& stream) {
  SSL_set_shutdown(stream.native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

}  // namespace airtrain::http
