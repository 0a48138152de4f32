#include "http/pem_files.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "http/tls_channel.hpp"

namespace airtrain::http {
namespace {

/// A context of its own: the last thing that OpenSSL says is about this file.
tls_context fresh_context() {
  ERR_clear_error();
  return make_tls_context(TLS_method());
}

}  // namespace

std::string certificates_fault(const std::string& file) {
  const auto context = fresh_context();
  if (SSL_CTX_load_verify_file(context.get(), file.c_str()) == 1) return {};
  return fmt::format("can't read certificates from {}: {}", file, tls_fault());
}

std::string certificate_chain_fault(const std::string& file) {
  const auto context = fresh_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(), file.c_str()) == 1) return {};
  return fmt::format("can't use the certificate in {}: {}", file, tls_fault());
}

std::string private_key_fault(const std::string& file, const std::string& chain_file) {
  const auto context = fresh_context();
  if (SSL_CTX_use_PrivateKey_file(context.get(), file.c_str(), SSL_FILETYPE_PEM) != 1)
    return fmt::format("can't use the key in {}: {}", file, tls_fault());
  const auto both = fresh_context();
  if (SSL_CTX_use_certificate_chain_file(both.get(), chain_file.c_str()) != 1) return {};
  if (SSL_CTX_use_PrivateKey_file(both.get(), file.c_str(), SSL_FILETYPE_PEM) == 1 &&
      SSL_CTX_check_private_key(both.get()) == 1)
    return {};
  return fmt::format("{} is not the key of the certificate in {}", file, chain_file);
}

}  // namespace airtrain::http
