#include "bench/harness/tls_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <chrono>
#include <stdexcept>

#include "bench/harness/process.hpp"

namespace airtrain::harness {

tls_identity::tls_identity(const std::string& certificate_file, const std::string& key_file)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context_.get(), certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context_.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error("cannot use " + certificate_file + " with " + key_file);
}

tls_session::tls_session(const tls_identity& identity, int socket)
    : ssl_(SSL_new(identity.context_.get()), SSL_free) {
  SSL_set_fd(ssl_.get(), socket);
  SSL_set_accept_state(ssl_.get());
}

bool tls_session::goes_on(int returned) const {
  const int why = SSL_get_error(ssl_.get(), returned);
  ERR_clear_error();
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

bool tls_session::read_all(std::string& into) {
  char bytes[16'384];
  for (;;) {
    const int got = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (got <= 0) return goes_on(got);
    into.append(bytes, static_cast<std::size_t>(got));
  }
}

bool tls_session::write_some(std::string& pending) {
  if (pending.empty()) return true;
  const int put = SSL_write(ssl_.get(), pending.data(), static_cast<int>(pending.size()));
  if (put <= 0) return goes_on(put);
  pending.erase(0, static_cast<std::size_t>(put));
  return true;
}

void make_certificate(const std::string& folder) {
  process openssl({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                   "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                   "-keyout", folder + "/target.key", "-out", folder + "/target.pem"},
                  folder + "/openssl.err");
  if (openssl.wait(std::chrono::seconds{30}) != 0)
    throw std::runtime_error("openssl made no certificate: see " + folder + "/openssl.err");
}

}  // namespace airtrain::harness
