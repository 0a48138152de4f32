#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>

namespace airtrain::http::testing {

template <auto free>
struct freed_by {
  template <class T>
  void operator()(T* owned) const {
    free(owned);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<&X509_free>>;
using context_ptr = std::unique_ptr<SSL_CTX, freed_by<&SSL_CTX_free>>;

struct signed_certificate {
  key_ptr key;
  certificate_ptr certificate;
};

/// A certificate authority of the test's own. Its certificate is in a file of its own.
class test_authority {
 public:
  test_authority();
  ~test_authority();

  std::string ca_file() const { return file_.string(); }
  /// `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1". Valid until `valid_seconds`
  /// from now.
  signed_certificate sign(const std::string& names, long valid_seconds = 3600) const;
  const signed_certificate& itself() const { return own_; }

 private:
  signed_certificate own_;
  std::filesystem::path file_;
};

/// A certificate and its key as PEM files, which go with it.
class certificate_files {
 public:
  explicit certificate_files(const signed_certificate& what);
  ~certificate_files();
  std::string certificate() const { return certificate_.string(); }
  std::string key() const { return key_.string(); }

 private:
  std::filesystem::path certificate_;
  std::filesystem::path key_;
};

context_ptr server_context(const signed_certificate& identity);

}  // namespace airtrain::http::testing
