#include "tests/http/test_certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace airtrain::http::testing {
namespace {

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  EXPECT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

certificate_ptr blank(EVP_PKEY* key, const char* common_name, long valid_seconds) {
  static std::atomic<long> serial{1};
  certificate_ptr made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_seconds);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  return made;
}

template <class Write>
std::filesystem::path new_file(Write write) {
  std::string path = (std::filesystem::temp_directory_path() / "certificate-XXXXXX").string();
  std::FILE* file = fdopen(mkstemp(path.data()), "w");
  write(file);
  std::fclose(file);
  return path;
}

}  // namespace

test_authority::test_authority() {
  own_.key.reset(EVP_EC_gen("P-256"));
  own_.certificate = blank(own_.key.get(), "test authority", 3600);
  X509* certificate = own_.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate, own_.key.get(), EVP_sha256());

  file_ = new_file([&](std::FILE* file) { PEM_write_X509(file, certificate); });
}

test_authority::~test_authority() {
  std::filesystem::remove(file_);
}

signed_certificate test_authority::sign(const std::string& names, long valid_seconds) const {
  signed_certificate made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate = blank(made.key.get(), "server", valid_seconds);
  X509_set_issuer_name(made.certificate.get(), X509_get_subject_name(own_.certificate.get()));
  extend(made.certificate.get(), own_.certificate.get(), NID_subject_alt_name, names);
  X509_sign(made.certificate.get(), own_.key.get(), EVP_sha256());
  return made;
}

certificate_files::certificate_files(const signed_certificate& what)
    : certificate_(new_file([&](std::FILE* to) { PEM_write_X509(to, what.certificate.get()); })),
      key_(new_file([&](std::FILE* to) {
        PEM_write_PrivateKey(to, what.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      })) {}

certificate_files::~certificate_files() {
  std::filesystem::remove(certificate_);
  std::filesystem::remove(key_);
}

context_ptr server_context(const signed_certificate& identity) {
  context_ptr made(SSL_CTX_new(TLS_server_method()));
  EXPECT_EQ(SSL_CTX_use_certificate(made.get(), identity.certificate.get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(made.get(), identity.key.get()), 1);
  return made;
}

}  // namespace airtrain::http::testing
