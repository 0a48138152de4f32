#pragma once

#include <openssl/bio.h>

namespace airtrain::http {

/// OpenSSL's way to a non-blocking socket that stays the caller's. Its own would raise SIGPIPE when
/// the peer is gone. The caller owns the result.
BIO* make_socket_bio(int socket);

}  // namespace airtrain::http
