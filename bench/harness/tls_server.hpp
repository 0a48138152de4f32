#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace airtrain::harness {

/// The server side of TLS for stand-ins: one certificate, TLS 1.2 or newer, sessions resumed by
/// tickets.
class tls_identity {
 public:
  /// PEM files. Throws std::runtime_error.
  tls_identity(const std::string& certificate_file, const std::string& key_file);

 private:
  friend class tls_session;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// One connection's TLS over its non-blocking socket. One thread.
class tls_session {
 public:
  tls_session(const tls_identity& identity, int socket);
  /// Reads all there is; false: the connection is over.
  bool read_all(std::string& into);
  /// Writes what it can of `pending` and removes it from the front; false: it is over.
  bool write_some(std::string& pending);

 private:
  bool goes_on(int returned) const;
  std::shared_ptr<ssl_st> ssl_;
};

/// Writes `folder`/target.pem and target.key, self-signed for 127.0.0.1 and localhost, with the
/// openssl command. Throws std::runtime_error.
void make_certificate(const std::string& folder);

}  // namespace airtrain::harness
