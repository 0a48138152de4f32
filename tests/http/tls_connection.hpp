#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "http/socket_bio.hpp"
#include "tests/http/raw_connection.hpp"
#include "tests/http/test_certificates.hpp"

namespace airtrain::http::testing {

/// How a test's client speaks TLS.
struct tls_client_settings {
  int version_max = TLS1_3_VERSION;
  int version_min = TLS1_2_VERSION;
  const signed_certificate* identity = nullptr;  ///< what it proves, if anything
};

/// A blocking connection over TLS. It does not verify the server.
class tls_connection {
 public:
  explicit tls_connection(std::uint16_t port, tls_client_settings with = {})
      : below_(raw_connection::to(port)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // for versions that are long gone
    SSL_CTX_set_min_proto_version(context_.get(), with.version_min);
    SSL_CTX_set_max_proto_version(context_.get(), with.version_max);
    if (with.identity) {
      SSL_CTX_use_certificate(context_.get(), with.identity->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), with.identity->key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    // OpenSSL's own would end the test with SIGPIPE.
    BIO* through = make_socket_bio(below_.descriptor());
    SSL_set_bio(ssl_.get(), through, through);
    shaken_ = SSL_connect(ssl_.get()) == 1;
  }

  bool shaken() const { return shaken_; }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  bool send(std::string_view bytes) {
    return bytes.empty() || SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  /// One whole message: a head and the body its Content-Length announces; less where it ended.
  std::string read_message() {
    while (buffered_.find("\r\n\r\n") == std::string::npos)
      if (!fill()) return std::exchange(buffered_, {});
    auto size = buffered_.find("\r\n\r\n") + 4;
    const auto at = buffered_.find("Content-Length: ");
    if (at < size) size += std::stoul(buffered_.substr(at + 16));
    while (buffered_.size() < size)
      if (!fill()) return std::exchange(buffered_, {});
    auto taken = buffered_.substr(0, size);
    buffered_.erase(0, size);
    return taken;
  }
  raw_connection& below() { return below_; }

 private:
  bool fill() {
    char piece[16'384];
    const int n = SSL_read(ssl_.get(), piece, sizeof piece);
    if (n <= 0) return false;
    buffered_.append(piece, static_cast<std::size_t>(n));
    return true;
  }

  raw_connection below_;
  context_ptr context_;
  std::unique_ptr<SSL, freed_by<&SSL_free>> ssl_;
  bool shaken_ = false;
  std::string buffered_;
};

}  // namespace airtrain::http::testing
